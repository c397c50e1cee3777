package io.postern.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.handler.ssl.CipherSuiteConverter;
import io.netty.util.AsciiString;
import io.postern.config.SendProxyConfig;
import io.postern.config.SendProxyConfig.Tlv;
import io.postern.http.ClientCertificate;
import io.postern.http.DownstreamConnection;
import io.postern.http.DownstreamConnection.TlsSession;
import io.postern.proxyproto.Introduction;
import io.postern.proxyproto.Introduction.Shown;
import io.postern.proxyproto.ProxyHeader.Addresses;
import io.postern.proxyproto.ProxyHeaderWriter;
import org.jspecify.annotations.Nullable;

/** The PROXY headers that connections to servers begin with. Pure functions. */
final class ProxyHeaders {

  /**
   * A name that is longer is left out: it would fill the header that some servers have room for.
   */
  private static final int MOST_NAME = 256;

  private ProxyHeaders() {}

  /**
   * Tells who a client is.
   *
   * @param requestId that of the request that the connection is opened for
   * @return null where nothing is to be told
   */
  static @Nullable ByteBuf of(
      SendProxyConfig config, DownstreamConnection client, AsciiString requestId) {
    Addresses addresses = new Addresses(client.client(), client.local());
    return switch (config.version()) {
      case NONE -> null;
      case V1 -> ProxyHeaderWriter.line(addresses);
      case V2 -> ProxyHeaderWriter.block(introduction(config, addresses, client, requestId));
    };
  }

  /** The same on our own behalf. */
  static @Nullable ByteBuf ofNobody(SendProxyConfig config) {
    return switch (config.version()) {
      case NONE -> null;
      case V1 -> ProxyHeaderWriter.unknownLine();
      case V2 -> ProxyHeaderWriter.localBlock(config.tells(Tlv.CRC32C));
    };
  }

  private static Introduction introduction(
      SendProxyConfig config,
      Addresses addresses,
      DownstreamConnection client,
      AsciiString requestId) {
    TlsSession tls = client.tls();
    return new Introduction(
        addresses,
        tls != null && config.tells(Tlv.ALPN) ? tls.alpn() : null,
        tls != null && config.tells(Tlv.AUTHORITY) ? tls.serverName() : null,
        config.tells(Tlv.UNIQUE_ID) ? requestId : null,
        tls != null && config.tells(Tlv.TLS) ? facts(tls) : null,
        config.tells(Tlv.VPCE) ? client.vpce() : null,
        config.tells(Tlv.CRC32C));
  }

  private static Introduction.Tls facts(TlsSession tls) {
    ClientCertificate shown = tls.clientCertificate();
    String name = shown == null ? null : shown.commonName();
    String cipher = CipherSuiteConverter.toOpenSsl(tls.cipher(), false);
    return new Introduction.Tls(
        tls.version(),
        cipher == null ? tls.cipher() : cipher,
        shown == null ? Shown.NEVER : tls.resumed() ? Shown.BEFORE : Shown.NOW,
        name == null || name.length() > MOST_NAME ? null : name);
  }
}
