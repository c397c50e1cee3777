package io.postern.tls;

import io.netty.handler.ssl.SslContext;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import io.postern.config.HostPattern;
import io.postern.config.Problem;
import io.postern.tls.CertificateFiles.Loaded;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A certificate with its key, ready to be served. Immutable, and shared by all event loops; it
 * lives as long as the {@link CertificateStore} that it is of.
 */
public final class ServerCertificate {

  private final Loaded loaded;

  /** By the index of the policy; null where no host under it has this certificate. */
  private final List<@Nullable SslContext> contexts;

  ServerCertificate(Loaded loaded, List<@Nullable SslContext> contexts) {
    this.loaded = loaded;
    this.contexts = contexts;
  }

  Loaded loaded() {
    return loaded;
  }

  /** What makes the TLS handler of a connection under a policy. */
  SslContext context(HostPolicy policy) {
    SslContext context = contexts.get(policy.index());
    if (context == null) {
      throw new IllegalStateException(
          loaded.config().chain() + " is asked for a host that it does not cover");
    }
    return context;
  }

  List<SslContext> contexts() {
    return contexts.stream().filter(java.util.Objects::nonNull).toList();
  }

  /** For one more store: each gives up its own. */
  ServerCertificate retained() {
    contexts().forEach(ReferenceCountUtil::retain);
    return this;
  }

  void release() {
    contexts().forEach(ReferenceCountUtil::release);
  }

  /**
   * Whether a client may ask for this host on a connection that presented this certificate (RFC
   * 9110 §7.4): it is among the subject alternative names, or one label below a wildcard there (RFC
   * 9525 §6.3).
   *
   * @param host of any case, without a port; an IPv6 address with or without its brackets
   */
  public boolean covers(AsciiString host) {
    return loaded.names().covers(host);
  }

  /** Whether it is for a host, or for all hosts one label below. */
  boolean coversAll(HostPattern host) {
    return names().contains(host.toString())
        || (!host.wildcard() && covers(AsciiString.of(host.name())));
  }

  /** Whether it is for a host, or for any that a wildcard means. */
  public boolean isFor(HostPattern host) {
    return coversAll(host)
        || (host.wildcard() && names().stream().anyMatch(name -> name.endsWith("." + host.name())));
  }

  /** What is wrong with it where the config names it. */
  public Problem problem(String what, String expected) {
    String named = loaded.config().chain() + " (" + String.join(", ", names()) + "): ";
    return loaded.config().place().problem("chain", named + what, expected);
  }

  /** The kind of its key. */
  public KeyType keyType() {
    return loaded.profile().type();
  }

  /** Its names in lower case: hosts, wildcards such as {@code *.example.com}, addresses. */
  public Set<String> names() {
    return loaded.names().all();
  }

  /** The file that its chain was read from. */
  public String file() {
    return loaded.config().chain().toString();
  }

  /** When the first certificate of its chain expires. */
  public Instant expires() {
    return loaded.expires();
  }

  /** What goes with it in handshakes. */
  Staple staple() {
    return loaded.staple();
  }

  /**
   * When the OCSP response that is stapled expires, or has expired; null where there was none yet.
   */
  public @Nullable Instant stapleExpires() {
    return loaded.staple().until();
  }

  /** Whether it is not to be shown without an OCSP response (RFC 7633). */
  public boolean demandsStaple() {
    return loaded.staple().isDemanded();
  }

  /**
   * The first that the client can finish a handshake with, if need be one that lacks the OCSP
   * response that it demands; where there is none the first of all, and the handshake then says in
   * its alert what is missing.
   */
  static ServerCertificate choose(
      List<ServerCertificate> candidates, ClientHello hello, Suites suites, Instant now) {
    ServerCertificate lacking = null;
    for (ServerCertificate candidate : candidates) {
      if (candidate.loaded.profile().suits(hello, suites)) {
        if (!candidate.staple().isLacking(now)) {
          return candidate;
        }
        lacking = lacking == null ? candidate : lacking;
      }
    }
    return lacking == null ? candidates.get(0) : lacking;
  }
}
