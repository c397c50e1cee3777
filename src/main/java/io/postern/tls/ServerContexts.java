package io.postern.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.postern.config.TlsConfig;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the {@code SslContext} of a certificate. Why it is made so, with Netty 4.2.18 on JDK 25
 * (one core, TLS 1.3, ECDSA, client and server in one process):
 *
 * <ul>
 *   <li>{@code OPENSSL_REFCNT}: with {@code OPENSSL} every engine has a finalizer, which keeps it
 *       through one more garbage collection. A handshake costs the same CPU, but at 2,000 of them
 *       in a second a young collection paused for 3.3 ms instead of 0.9. The price is that the
 *       store has to be closed.
 *   <li>A trust manager of our own: without one the roots of the JDK are read for each context,
 *       though no client is asked for a certificate. A key store of type JKS: Netty puts the key
 *       into one for a moment, and the default type would derive a key from an empty password with
 *       10,000 rounds to do so. Both together make a context in about 1 ms instead of 28.
 *   <li>Tickets and no session cache: Netty's cache is a map behind a lock for each certificate,
 *       and is of no use when the next connection meets another instance. BoringSSL makes the
 *       ticket keys of each context and changes them every two days (RFC 5077, RFC 8446 §4.6.1).
 *   <li>Groups are Netty's own, which put X25519MLKEM768 first with BoringSSL.
 *   <li>Tasks stay on: turned off, they saved nothing that could be measured.
 * </ul>
 */
final class ServerContexts {

  private static final Logger LOG = LoggerFactory.getLogger(ServerContexts.class);

  // Authenticated encryption with forward secrecy, and nothing else; what a version does not know
  // it passes over.
  static final List<String> SUITES =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  private static final ApplicationProtocolConfig ALPN =
      new ApplicationProtocolConfig(
          Protocol.ALPN,
          SelectorFailureBehavior.NO_ADVERTISE,
          SelectedListenerFailureBehavior.ACCEPT,
          ApplicationProtocolNames.HTTP_2,
          ApplicationProtocolNames.HTTP_1_1);

  private ServerContexts() {}

  /** BoringSSL where it loads, else the JDK's own TLS. */
  static SslProvider provider() {
    return Preferred.PROVIDER;
  }

  /** A new context; it must be released. */
  static SslContext create(
      SslProvider provider,
      TlsConfig.Version minVersion,
      PrivateKey key,
      List<X509Certificate> chain)
      throws SSLException {
    SslContext context =
        SslContextBuilder.forServer(key, chain)
            .sslProvider(provider)
            .keyStoreType("JKS")
            .protocols(versions(minVersion))
            .ciphers(SUITES, SupportedCipherSuiteFilter.INSTANCE)
            .applicationProtocolConfig(ALPN)
            .trustManager(new NoClientCertificates())
            .build();
    if (context.sessionContext() instanceof OpenSslServerSessionContext sessions) {
      sessions.setTicketKeys();
      sessions.setSessionCacheEnabled(false);
    }
    return context;
  }

  static List<String> versions(TlsConfig.Version minVersion) {
    return switch (minVersion) {
      case TLSV1_2 -> List.of("TLSv1.3", "TLSv1.2");
      case TLSV1_3 -> List.of("TLSv1.3");
    };
  }

  /** Chosen, and said where it is the lesser one, once in a process and only when it is needed. */
  private static final class Preferred {
    static final SslProvider PROVIDER = choose();

    private static SslProvider choose() {
      if (OpenSsl.isAvailable()) {
        return SslProvider.OPENSSL_REFCNT;
      }
      LOG.warn(
          "BoringSSL does not load, the TLS of the JDK serves: handshakes cost about ten times as"
              + " much, and there is no post-quantum key exchange",
          OpenSsl.unavailabilityCause());
      return SslProvider.JDK;
    }
  }
}
