package io.postern.tls;

import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.postern.config.Problem;
import io.postern.config.TlsConfig;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * All certificates of a listener, found by what a client says in its ClientHello. Immutable, and
 * shared by all event loops; a lookup costs the same for one certificate as for thousands.
 *
 * <p>It holds native memory and must be closed, once no event loop can select from it any more.
 * Connections that were made from it go on.
 */
public final class CertificateStore implements AutoCloseable {

  private final List<ServerCertificate> all;
  private final Map<String, List<ServerCertificate>> exact;
  private final Map<String, List<ServerCertificate>> belowStar;
  private final List<ServerCertificate> fallback;

  CertificateStore(
      List<ServerCertificate> all,
      Map<String, List<ServerCertificate>> exact,
      Map<String, List<ServerCertificate>> belowStar,
      List<ServerCertificate> fallback) {
    this.all = all;
    this.exact = exact;
    this.belowStar = belowStar;
    this.fallback = fallback;
  }

  /** What came of compiling: a store, or the reasons why there is none. */
  public sealed interface Compiled {

    /** A store, which the caller has to close. */
    record Ready(CertificateStore store) implements Compiled {}

    /** Everything that is wrong; at least one problem. */
    record Refused(List<Problem> problems) implements Compiled {}
  }

  /**
   * Reads all files that the config names and checks them: blocking, and slow for an event loop.
   *
   * @param now the time at which the certificates have to be valid
   */
  public static Compiled compile(TlsConfig config, Instant now) {
    return compile(config, now, ServerContexts.provider());
  }

  /**
   * Begins on threads of their own what the first store would wait for: BoringSSL is loaded, and
   * the JDK's TLS set up, which Netty asks what it knows.
   *
   * @return the thread that sets Netty up. Until it has ended no other may use a class of Netty,
   *     since two that initialise them may wait for each other
   */
  public static Thread prepare() {
    Thread.Builder threads = Thread.ofPlatform().daemon().name("tls-start-", 0);
    threads.start(CertificateStore::askJdk);
    return threads.start(ServerContexts::provider);
  }

  private static void askJdk() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[0], null);
      context.getSupportedSSLParameters();
    } catch (GeneralSecurityException _) {
      // A JDK without TLS: BoringSSL does it alone.
    }
  }

  static Compiled compile(TlsConfig config, Instant now, SslProvider provider) {
    return new StoreCompiler(config, now, provider).compile();
  }

  /**
   * The certificate for a client. That of the very host is taken before a wildcard, and that of the
   * default where there is neither or no host was sent; of several the first that the client can
   * use, ECDSA before RSA. Any thread.
   */
  public ServerCertificate select(ClientHello hello) {
    return ServerCertificate.choose(candidates(hello.serverName()), hello);
  }

  /**
   * The default certificate, for a client whose ClientHello is {@link ClientHello.Malformed}: the
   * TLS library reads it again and refuses it with the proper alert. It lets pass what is only no
   * host in SNI, such as one with a dot at its end; that client is served like one that sent none.
   */
  public ServerCertificate fallback() {
    return fallback.get(0);
  }

  private List<ServerCertificate> candidates(@Nullable String host) {
    if (host == null) {
      return fallback;
    }
    List<ServerCertificate> candidates = exact.get(host);
    if (candidates == null) {
      candidates = belowStar.get(parent(host));
    }
    return candidates == null ? fallback : candidates;
  }

  /** What is behind the first label; empty where that is all. */
  static String parent(String host) {
    int dot = host.indexOf('.');
    return dot < 0 ? "" : host.substring(dot + 1);
  }

  /** All certificates, in the order of the config. */
  public List<ServerCertificate> certificates() {
    return all;
  }

  /** Gives up what the store holds of the contexts. */
  @Override
  public void close() {
    all.forEach(certificate -> ReferenceCountUtil.release(certificate.context()));
  }
}
