package io.postern.proxyproto;

import io.netty.util.AsciiString;
import io.postern.proxyproto.ProxyHeader.Addresses;
import org.jspecify.annotations.Nullable;

/**
 * What a header of version 2 that we write says of a client; whatever is null is left out.
 *
 * @param addresses both ends of the client's connection; resolved
 * @param alpn the protocol that TLS agreed on with the client, such as {@code h2}
 * @param authority the host that the client asked for in the handshake
 * @param uniqueId of the connection, at most 128 bytes (section 2.2.5)
 * @param tls what TLS agreed on with the client
 * @param vpce the id of the AWS VPC endpoint that it came through
 * @param checksum whether a CRC32c is among it
 */
public record Introduction(
    Addresses addresses,
    @Nullable String alpn,
    @Nullable String authority,
    @Nullable AsciiString uniqueId,
    @Nullable Tls tls,
    @Nullable AsciiString vpce,
    boolean checksum) {

  /** Whether and when a client has shown a certificate that was accepted. */
  public enum Shown {
    NEVER,
    /** Before, in the session that this connection resumed. */
    BEFORE,
    NOW
  }

  /**
   * What TLS agreed on (section 2.2.6).
   *
   * @param version such as {@code TLSv1.3}
   * @param cipher as OpenSSL names it
   * @param commonName that of the client's certificate
   */
  public record Tls(String version, String cipher, Shown shown, @Nullable String commonName) {}
}
