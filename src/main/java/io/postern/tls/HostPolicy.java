package io.postern.tls;

import io.postern.config.TlsConfig.ClientAuth;
import io.postern.config.TlsConfig.Version;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How TLS is spoken for a host: as the listener says, or stricter. Immutable.
 *
 * @param index its number among those of its listener; 0 is the listener's own
 * @param minVersion the oldest version
 * @param suites the cipher suites
 * @param groups the groups for the key exchange
 * @param clientAuth whether clients are asked for a certificate
 * @param trust whose are accepted; null only where none is asked
 */
record HostPolicy(
    int index,
    Version minVersion,
    Suites suites,
    List<String> groups,
    ClientAuth clientAuth,
    @Nullable TrustFiles trust) {

  /**
   * Whether what stands under this policy may be served on a connection that was made under
   * another.
   *
   * @param version what was agreed on there, such as {@code TLSv1.3}
   * @param hasCertificate whether the client has shown one that was accepted
   */
  boolean allows(HostPolicy agreed, String version, boolean hasCertificate) {
    return (minVersion == Version.TLSV1_2 || version.equals("TLSv1.3"))
        && switch (clientAuth) {
          case NONE -> true;
          case OPTIONAL -> agreed.trust == trust;
          case REQUIRED -> agreed.trust == trust && hasCertificate;
        };
  }

  /**
   * What a session belongs to: one that was made where less was asked of the client, where others
   * were trusted, or for other hosts (RFC 6066 §3), is not resumed (BoringSSL compares it, as
   * OpenSSL does). It is the same on all instances, and for the certificate that follows.
   *
   * @param hosts those of the certificate
   */
  byte[] sessionContext(Set<String> hosts) {
    String text =
        clientAuth + (trust == null ? "" : " " + trust.now().fingerprint()) + new TreeSet<>(hosts);
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
