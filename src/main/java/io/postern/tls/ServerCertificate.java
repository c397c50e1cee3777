package io.postern.tls;

import io.netty.handler.ssl.SslContext;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Set;

/**
 * A certificate with its key, ready to be served. Immutable, and shared by all event loops; it
 * lives as long as the {@link CertificateStore} that it is of.
 */
public final class ServerCertificate {

  private final KeyProfile profile;
  private final CertificateNames names;
  private final SslContext context;

  ServerCertificate(KeyProfile profile, CertificateNames names, SslContext context) {
    this.profile = profile;
    this.names = names;
    this.context = context;
  }

  /**
   * What makes the TLS handler of a connection. It stays the store's: a handler that was made holds
   * on to what it needs of it.
   */
  public SslContext context() {
    return context;
  }

  /**
   * Whether a client may ask for this host on a connection that presented this certificate (RFC
   * 9110 §7.4): it is among the subject alternative names, or one label below a wildcard there (RFC
   * 9525 §6.3).
   *
   * @param host of any case, without a port; an IPv6 address with or without its brackets
   */
  public boolean covers(AsciiString host) {
    return names.covers(host);
  }

  /** The kind of its key. */
  public KeyType keyType() {
    return profile.type();
  }

  /** Its names in lower case: hosts, wildcards such as {@code *.example.com}, addresses. */
  public Set<String> names() {
    return names.all();
  }

  /**
   * The first that the client can finish a handshake with; where there is none the first of all,
   * and the handshake then says in its alert what is missing.
   */
  static ServerCertificate choose(List<ServerCertificate> candidates, ClientHello hello) {
    for (ServerCertificate candidate : candidates) {
      if (candidate.profile.suits(hello)) {
        return candidate;
      }
    }
    return candidates.get(0);
  }
}
