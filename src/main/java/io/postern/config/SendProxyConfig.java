package io.postern.config;

import java.util.List;

/** The PROXY header that connections to servers begin with. Written as a version, or a section. */
public record SendProxyConfig(
    Place place,
    @Shorthand
        @Default("none")
        @Doc(
            "`v1`, a line with the addresses; `v2`, with `tlvs` besides; or `none`. The same as the text in place of this section.")
        Version version,
    @Default("[\"vpce\", \"crc32c\"]")
        @Doc(
            "What version 2 says besides, where it is known. `vpce`: the VPC endpoint, as it came. `unique-id`: the id of the request that the connection was opened for. `tls`: version, cipher and certificate of the client. `authority`: the host of its handshake (SNI). `alpn`: the protocol that it agreed on. `crc32c`: a checksum.")
        List<Tlv> tlvs) {

  /** How the header is written. */
  public enum Version {
    NONE,
    V1,
    V2
  }

  /** What version 2 can say besides the addresses. */
  public enum Tlv {
    VPCE,
    UNIQUE_ID,
    TLS,
    AUTHORITY,
    ALPN,
    CRC32C;

    /** As it is written. */
    @Override
    public String toString() {
      return ScalarType.written(this);
    }
  }

  /** Whether there is one at all. */
  public boolean isSent() {
    return version != Version.NONE;
  }

  /** Whether the header says this, where it is known. */
  public boolean tells(Tlv tlv) {
    return version == Version.V2 && tlvs.contains(tlv);
  }
}
