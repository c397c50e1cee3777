package io.postern.tls;

import io.postern.config.Problem;
import io.postern.config.TlsConfig;
import io.postern.config.WarningCode;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the file or the two of one certificate of the config and finds whatever would make
 * handshakes fail, so that it is said at start and not by the clients.
 */
final class CertificateFiles {

  private static final Duration SOON = Duration.ofDays(30);
  private static final String ORDER = "the host's certificate first, then the issuer of each";

  private final TlsConfig.Certificate config;
  private final Instant now;
  private final List<Problem> problems;
  private final List<Problem> warnings;
  private final boolean ofHosts;
  private final @Nullable Loaded inUse;

  private CertificateFiles(
      TlsConfig.Certificate config,
      Instant now,
      List<Problem> problems,
      List<Problem> warnings,
      boolean ofHosts,
      @Nullable Loaded inUse) {
    this.warnings = warnings;
    this.ofHosts = ofHosts;
    this.inUse = inUse;
    this.config = config;
    this.now = now;
    this.problems = problems;
  }

  /**
   * A certificate whose files are in order.
   *
   * @param staple what goes with it in handshakes, which changes
   */
  record Loaded(
      TlsConfig.Certificate config,
      List<X509Certificate> chain,
      PrivateKey key,
      KeyProfile profile,
      CertificateNames names,
      Staple staple) {

    /** When the first certificate of the chain expires. */
    Instant expires() {
      return chain.stream()
          .map(each -> each.getNotAfter().toInstant())
          .min(Instant::compareTo)
          .orElseThrow();
    }

    /** Whether it was read from files that say this. */
    boolean isOf(List<X509Certificate> otherChain, PrivateKey otherKey) {
      return chain.equals(otherChain)
          && MessageDigest.isEqual(key.getEncoded(), otherKey.getEncoded());
    }

    /** The same, with what went with this certificate before. */
    Loaded with(Staple before) {
      return new Loaded(config, chain, key, profile, names, before);
    }
  }

  /**
   * Reads and checks what we show to servers that ask: as {@link #load}, but it need name no host.
   *
   * @param inUse what is shown already, and goes on being so where the files still say it, be it
   *     out of date; null where nothing is
   */
  static @Nullable Loaded loadForClient(
      TlsConfig.Certificate config,
      Instant now,
      List<Problem> problems,
      List<Problem> warnings,
      @Nullable Loaded inUse) {
    return new CertificateFiles(config, now, problems, warnings, false, inUse).load();
  }

  /**
   * Reads and checks.
   *
   * @param problems takes what is wrong
   * @param warnings takes what is served and should be seen to
   * @return null where something is wrong
   */
  static @Nullable Loaded load(
      TlsConfig.Certificate config, Instant now, List<Problem> problems, List<Problem> warnings) {
    return new CertificateFiles(config, now, problems, warnings, true, null).load();
  }

  private @Nullable Loaded load() {
    int before = problems.size();
    List<Object> inChain = read("chain", config.chain());
    List<Object> inKey = config.key() == null ? inChain : read("key", config.key());
    List<X509Certificate> chain = inChain == null ? null : chain(inChain);
    PrivateKey key = inKey == null ? null : key(inKey);
    if (chain == null || key == null) {
      return null;
    }
    if (inUse != null && inUse.isOf(chain, key)) {
      checkDates(chain, true);
      return inUse;
    }
    X509Certificate leaf = chain.get(0);
    KeyProfile profile = profile(leaf.getPublicKey());
    CertificateNames names = names(leaf);
    checkKey(chain, key);
    checkOrder(chain);
    checkDates(chain, false);
    checkCost(leaf.getPublicKey());
    return problems.size() > before || profile == null
        ? null
        : new Loaded(config, chain, key, profile, names, new Staple(chain));
  }

  /** PEM or PKCS#12, whatever its name is. */
  private @Nullable List<Object> read(String key, Path file) {
    try {
      byte[] content = PemFile.content(file, "a PEM or PKCS#12 file");
      return Pkcs12File.isOne(content)
          ? Pkcs12File.objects(content, config.passphrase())
          : PemFile.objects(content);
    } catch (UnusableFile e) {
      unusable(key, file, e);
      return null;
    }
  }

  private @Nullable List<X509Certificate> chain(List<Object> objects) {
    try {
      return PemFile.certificates(objects);
    } catch (UnusableFile e) {
      unusable("chain", config.chain(), e);
      return null;
    }
  }

  private @Nullable PrivateKey key(List<Object> objects) {
    if (config.key() == null && objects.stream().noneMatch(PrivateKeys::isOne)) {
      problem(
          "key",
          "is left out, and " + config.chain() + " holds no private key",
          "a file with the key, or one with both");
      return null;
    }
    try {
      return PrivateKeys.of(objects, config.passphrase());
    } catch (UnusableFile e) {
      unusable("key", config.keyFile(), e);
      return null;
    }
  }

  private @Nullable KeyProfile profile(PublicKey key) {
    KeyProfile profile = KeyProfile.of(key);
    if (profile == null) {
      problem(
          "chain",
          "the certificate has a key that is not served: " + key.getAlgorithm(),
          "RSA of " + KeyProfile.MIN_RSA_BITS + " bits or more, or ECDSA on P-256, P-384 or P-521");
    }
    return profile;
  }

  private CertificateNames names(X509Certificate leaf) {
    try {
      CertificateNames names = CertificateNames.of(leaf);
      if (ofHosts && names.all().isEmpty()) {
        problem(
            "chain",
            "the certificate names no host",
            "DNS names or addresses among its subject alternative names; the common name is not"
                + " looked at");
      }
      return names;
    } catch (CertificateParsingException e) {
      problem("chain", "its subject alternative names cannot be read: " + e.getMessage(), "");
      return CertificateNames.NONE;
    }
  }

  private void checkKey(List<X509Certificate> chain, PrivateKey key) {
    if (KeyPairs.belong(key, chain.get(0))) {
      return;
    }
    for (int i = 1; i < chain.size(); i++) {
      if (KeyPairs.belong(key, chain.get(i))) {
        problem("chain", "the key is that of certificate " + (i + 1) + " in the file", ORDER);
        return;
      }
    }
    problem(
        "key", "the key is not that of the certificate", "the private key of " + config.chain());
  }

  private void checkOrder(List<X509Certificate> chain) {
    for (int i = 0; i + 1 < chain.size(); i++) {
      if (!issued(chain.get(i + 1), chain.get(i))) {
        problem(
            "chain",
            "certificate %d (%s) did not issue certificate %d (%s)"
                .formatted(i + 2, subject(chain.get(i + 1)), i + 1, subject(chain.get(i))),
            ORDER);
        return;
      }
    }
  }

  /** Whether it has signed the other. */
  static boolean issued(X509Certificate issuer, X509Certificate certificate) {
    if (!certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
      return false;
    }
    try {
      certificate.verify(issuer.getPublicKey());
      return true;
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** What was in order when it was taken into use is not taken out of it by the time alone. */
  private void checkDates(List<X509Certificate> chain, boolean used) {
    for (X509Certificate certificate : chain) {
      Instant from = certificate.getNotBefore().toInstant();
      Instant until = certificate.getNotAfter().toInstant();
      if (now.isAfter(until)) {
        outOfDate(subject(certificate) + " expired at " + until, used);
      } else if (now.isBefore(from)) {
        outOfDate(subject(certificate) + " is valid from " + from, used);
      } else if (now.plus(SOON).isAfter(until)) {
        warning(
            WarningCode.CERTIFICATE_EXPIRES,
            "%s in %s expires at %s".formatted(subject(certificate), config.chain(), until),
            "a new one while there is time");
      }
    }
  }

  private void outOfDate(String what, boolean used) {
    if (used) {
      warning(
          WarningCode.CERTIFICATE_EXPIRES,
          what + ", and " + config.chain() + " is shown all the same: there is no other",
          "a valid certificate");
    } else {
      problem("chain", what, "a valid certificate");
    }
  }

  /** A signature of RSA takes about seven times as long with 4,096 bits as with 2,048. */
  private void checkCost(PublicKey key) {
    if (key instanceof RSAPublicKey rsa && rsa.getModulus().bitLength() > KeyProfile.MIN_RSA_BITS) {
      warning(
          WarningCode.COSTLY_KEY,
          config.chain()
              + " has an RSA key of "
              + rsa.getModulus().bitLength()
              + " bits, which"
              + " each handshake pays for",
          "ECDSA on P-256, or RSA of 2048 bits");
    }
  }

  private static String subject(X509Certificate certificate) {
    return certificate.getSubjectX500Principal().getName();
  }

  private void unusable(String key, Path file, UnusableFile e) {
    problem(key, file + " " + e.what(), e.expected());
  }

  private void warning(WarningCode code, String what, String expected) {
    warnings.add(config.place().problem("chain", what, expected).warning(code));
  }

  private void problem(String key, String what, String expected) {
    problems.add(config.place().problem(key, what, expected));
  }
}
