package io.postern.tls;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a client says of itself in its first message (RFC 8446 §4.1.2, RFC 5246 §7.4.1.2), as far as
 * it matters for the choice of a certificate and for the fingerprint. Code points are those of the
 * IANA registries; unknown ones and GREASE (RFC 8701) are kept as they came.
 *
 * @param legacyVersion the version of the fixed part, such as 0x0303 for TLS 1.2; it counts only
 *     where {@code versions} is empty
 * @param versions the versions of the extension {@code supported_versions}; empty without it
 * @param cipherSuites the cipher suites, the client's favourite first
 * @param extensions the types of all extensions, in the order in which they were sent
 * @param groups the extension {@code supported_groups}; empty without it
 * @param signatureAlgorithms the extension {@code signature_algorithms}; empty without it
 * @param alpn the names of the extension ALPN (RFC 7301), the favourite first; empty without it
 * @param serverName the host of SNI (RFC 6066 §3) in lower case; null where none was sent
 */
public record ClientHello(
    int legacyVersion,
    Codes versions,
    Codes cipherSuites,
    Codes extensions,
    Codes groups,
    Codes signatureAlgorithms,
    List<String> alpn,
    @Nullable String serverName) {

  static final int TLS_1_2 = 0x0303;
  static final int TLS_1_3 = 0x0304;

  private static final int RANDOM_LENGTH = 32;
  private static final int MAX_SESSION_ID_LENGTH = 32;

  /**
   * Reads the body of a ClientHello: what follows the four bytes of handshake type and length, as
   * Netty's {@code SslClientHelloHandler} hands it to its {@code lookup}. Neither the content nor
   * the indexes of the buffer change, and it stays with the caller.
   *
   * @throws Malformed for all that is not a ClientHello; nothing else is thrown whatever the bytes
   */
  public static ClientHello parse(ByteBuf body) throws Malformed {
    HelloReader in = new HelloReader(body, "ClientHello");
    int legacyVersion = in.u16();
    in.skip(RANDOM_LENGTH);
    int sessionIdLength = in.u8();
    if (sessionIdLength > MAX_SESSION_ID_LENGTH) {
      throw in.malformed("has a session id that is too long");
    }
    in.skip(sessionIdLength);
    Codes cipherSuites = HelloExtensions.codes(in.vector16("cipher_suites"));
    in.vector8("compression_methods");
    HelloExtensions extensions = new HelloExtensions();
    if (in.hasMore()) {
      extensions.read(in.extension("extensions"));
      in.mustEnd();
    }
    return new ClientHello(
        legacyVersion,
        extensions.versions,
        cipherSuites,
        extensions.types(),
        extensions.groups,
        extensions.signatureAlgorithms,
        extensions.alpn,
        extensions.serverName);
  }

  /** Whether the client would speak TLS 1.3, which is then what will be spoken. */
  boolean offersTls13() {
    return versions.contains(TLS_1_3);
  }

  /**
   * The JA4 fingerprint, such as {@code t13d1516h2_8daaf6152771_e5627efa2ab1}. It is computed when
   * it is first asked for, by any thread, and from then on kept in place of what it is computed of.
   */
  public Supplier<AsciiString> ja4() {
    return new Ja4(this);
  }

  /** Code points in the order in which they were sent. */
  public static final class Codes {

    static final Codes NONE = new Codes(new char[0]);

    private final char[] codes;

    /** Takes the array over: nobody else may change it. */
    Codes(char... codes) {
      this.codes = codes;
    }

    /** Whether there is none. */
    public boolean isEmpty() {
      return codes.length == 0;
    }

    /** How many there are. */
    public int size() {
      return codes.length;
    }

    /** The code point at a place, from 0. */
    public int at(int index) {
      return codes[index];
    }

    /** Whether a code point is among them. */
    public boolean contains(int code) {
      for (char own : codes) {
        if (own == code) {
          return true;
        }
      }
      return false;
    }

    /** Whether both have a code point in common. */
    boolean meets(Codes others) {
      for (char own : codes) {
        if (others.contains(own)) {
          return true;
        }
      }
      return false;
    }

    /** Those that a test holds for, in the same order. */
    Codes only(IntPredicate test) {
      char[] kept = new char[codes.length];
      int count = 0;
      for (char own : codes) {
        if (test.test(own)) {
          kept[count++] = own;
        }
      }
      return new Codes(Arrays.copyOf(kept, count));
    }

    /** The same, lowest first. */
    Codes sorted() {
      char[] sorted = codes.clone();
      Arrays.sort(sorted);
      return new Codes(sorted);
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Codes that && Arrays.equals(codes, that.codes);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(codes);
    }

    /** In hexadecimal, such as {@code [1301 1302]}. */
    @Override
    public String toString() {
      StringBuilder text = new StringBuilder("[");
      for (char code : codes) {
        text.append(text.length() == 1 ? "" : " ").append(HexFormat.of().toHexDigits(code));
      }
      return text.append(']').toString();
    }
  }

  /** Bytes that are no ClientHello. It has no stack: what is wrong says enough. */
  public static final class Malformed extends Exception {

    private static final long serialVersionUID = 1L;

    Malformed(String what) {
      super(what, null, false, false);
    }
  }
}
