package io.postern.proxyproto;

/** Bytes that are no PROXY header, or a broken one. It has no stack: its flaw says enough. */
public final class MalformedHeader extends Exception {

  private static final long serialVersionUID = 1L;

  private final Flaw flaw;

  MalformedHeader(Flaw flaw) {
    super(flaw.words(), null, false, false);
    this.flaw = flaw;
  }

  /** What is wrong. */
  public Flaw flaw() {
    return flaw;
  }

  /** What can be wrong with a header; each is counted by its name. */
  public enum Flaw {
    MISSING("the connection does not begin with a PROXY header"),
    LINE_TOO_LONG("a header of version 1 without CRLF in 107 bytes"),
    BAD_LINE("a header of version 1 that is no such line"),
    BAD_ADDRESS("a header of version 1 with an address that is none"),
    BAD_PORT("a header of version 1 with a port that is none"),
    BAD_VERSION("a version that is not 2 behind the signature of version 2"),
    BAD_COMMAND("a command that is neither LOCAL nor PROXY"),
    BAD_FAMILY("an address family or transport that does not exist"),
    TOO_LONG("a header of more than " + ProxyHeaderDecoder.MAX_LENGTH + " bytes"),
    SHORT_ADDRESSES("a header that is too short for the addresses of its family"),
    CUT_TLV("a TLV that goes beyond the end of the header"),
    BAD_CHECKSUM_TLV("a CRC32c TLV that does not have 4 bytes, or two of them"),
    WRONG_CHECKSUM("a CRC32c that is not that of the header"),
    BAD_VPCE("a VPC endpoint id that is not vpce- and hexadecimal digits"),
    SECOND_VPCE("two VPC endpoint ids");

    private final String words;

    Flaw(String words) {
      this.words = words;
    }

    /** For a line of the debug log. */
    public String words() {
      return words;
    }
  }
}
