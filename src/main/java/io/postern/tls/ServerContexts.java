package io.postern.tls;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslServerSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.postern.config.TlsConfig;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
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
 *       and is of no use when the next connection meets another instance. The keys of the tickets
 *       are those of {@link TicketKeys}.
 *   <li>Tasks stay on: turned off, they saved nothing that could be measured.
 * </ul>
 */
final class ServerContexts {

  private static final Logger LOG = LoggerFactory.getLogger(ServerContexts.class);

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
      TlsLibrary library,
      HostPolicy policy,
      PrivateKey key,
      List<X509Certificate> chain,
      Set<String> hosts,
      OpenSslSessionTicketKey[] tickets)
      throws SSLException {
    SslContextBuilder builder =
        SslContextBuilder.forServer(key, chain)
            .keyStoreType("JKS")
            .protocols(versions(policy.minVersion()))
            .ciphers(policy.suites().names(), SupportedCipherSuiteFilter.INSTANCE)
            .applicationProtocolConfig(ALPN)
            .clientAuth(
                switch (policy.clientAuth()) {
                  case NONE -> ClientAuth.NONE;
                  case OPTIONAL -> ClientAuth.OPTIONAL;
                  case REQUIRED -> ClientAuth.REQUIRE;
                })
            .trustManager(clients(policy));
    if (library.provider() != SslProvider.JDK) {
      builder
          .option(OpenSslContextOption.GROUPS, policy.groups().toArray(String[]::new))
          .enableOcsp(true); // there may be something to staple later
    }
    SslContext context = library.build(builder);
    if (context.sessionContext() instanceof OpenSslServerSessionContext sessions) {
      sessions.setSessionCacheEnabled(false);
      sessions.setSessionIdContext(policy.sessionContext(hosts));
    }
    seal(context, tickets);
    return context;
  }

  private static TrustManager clients(HostPolicy policy) {
    TrustFiles trust = policy.trust();
    return trust == null
        ? new NoClientCertificates()
        : new ClientVerifier(trust::now, InstantSource.system());
  }

  /** From now on tickets are sealed with the first of these keys, and opened with any. */
  static void seal(SslContext context, OpenSslSessionTicketKey[] tickets) {
    if (context.sessionContext() instanceof OpenSslServerSessionContext sessions) {
      sessions.setTicketKeys(tickets);
    }
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
