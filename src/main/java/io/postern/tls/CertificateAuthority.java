package io.postern.tls;

import io.netty.util.NetUtil;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.X509v2CRLBuilder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/**
 * A certificate authority in memory, for demos and tests: nothing of it is kept but what is written
 * out. Thread-safe.
 */
public final class CertificateAuthority {

  private static final Duration CA_LIFE = Duration.ofDays(3650);
  private static final Duration LEAF_LIFE = Duration.ofDays(365);
  private static final Duration CLOCK_SKEW = Duration.ofHours(1);
  private static final int SERIAL_BITS = 127;
  private static final SecureRandom RANDOM = new SecureRandom();

  /** The common name is for people only: a constant, so that nothing can lean on it. */
  private static final X500Principal LEAF = new X500Principal("CN=Postern");

  private final InstantSource clock;
  private final X509Certificate certificate;
  private final PrivateKey key;
  private final List<X509Certificate> sent;

  private CertificateAuthority(
      InstantSource clock,
      X509Certificate certificate,
      PrivateKey key,
      List<X509Certificate> sent) {
    this.clock = clock;
    this.certificate = certificate;
    this.key = key;
    this.sent = sent;
  }

  /** From when and until when a certificate is valid; to the second. */
  public record Validity(Instant from, Instant until) {}

  /**
   * A certificate with its key.
   *
   * @param chain the certificate, then its issuers without the root
   */
  public record Issued(List<X509Certificate> chain, PrivateKey key) {

    /** The certificate itself. */
    public X509Certificate certificate() {
      return chain.get(0);
    }

    /** Writes {@code NAME.pem}, the chain, and {@code NAME.key}, PKCS#8 for its owner only. */
    public void writeTo(Path dir, String name) throws IOException {
      PemOutput.write(dir.resolve(name + ".pem"), chain);
      PemOutput.write(dir.resolve(name + ".key"), key);
    }
  }

  /** A new authority with a key on P-256, valid for ten years from now. */
  public static CertificateAuthority create(String name) {
    return create(name, KeyType.ECDSA, InstantSource.system());
  }

  /** A new authority, valid for ten years from the clock's now, which it also issues by. */
  public static CertificateAuthority create(String name, KeyType type, InstantSource clock) {
    KeyPair keys = newKeys(type);
    X500Principal subject = new X500Principal("CN=" + name);
    X509v3CertificateBuilder builder = caBuilder(subject, subject, keys, clock.instant());
    return new CertificateAuthority(
        clock, sign(builder, keys.getPrivate()), keys.getPrivate(), List.of());
  }

  /** What an authority may not do. */
  public enum Bound {
    /** Its certificates are good for servers only (RFC 5280 §4.2.1.12). */
    SERVERS_ONLY,
    /** It issues certificates for no other authority (RFC 5280 §4.2.1.9). */
    NO_AUTHORITY_BELOW
  }

  /** A new authority below this one; it stands in the chains of what it issues. */
  public CertificateAuthority subordinate(String name, Bound... bounds) {
    KeyPair keys = newKeys(KeyType.ECDSA);
    X509v3CertificateBuilder builder =
        caBuilder(
            certificate.getSubjectX500Principal(),
            new X500Principal("CN=" + name),
            keys,
            clock.instant(),
            bounds);
    X509Certificate below = signBelow(builder);
    return new CertificateAuthority(
        clock, below, keys.getPrivate(), Stream.concat(Stream.of(below), sent.stream()).toList());
  }

  /**
   * Issues a certificate for servers and clients, valid for a year from now.
   *
   * @param names the hosts: DNS names, wildcards such as {@code *.example.com}, addresses
   */
  public Issued issue(KeyType type, List<String> names) {
    Instant now = clock.instant();
    return issue(type, names, new Validity(now.minus(CLOCK_SKEW), now.plus(LEAF_LIFE)));
  }

  /** Issues a certificate that is valid whenever it should be. */
  public Issued issue(KeyType type, List<String> names, Validity validity) {
    return issue(newKeys(type), names, validity);
  }

  /** A certificate that no authority stands behind, on P-256. */
  public static Issued selfSigned(List<String> names, Validity validity) {
    KeyPair keys = newKeys(KeyType.ECDSA);
    X509v3CertificateBuilder builder = leafBuilder(LEAF, keys, names, validity);
    return new Issued(List.of(sign(builder, keys.getPrivate())), keys.getPrivate());
  }

  /** Issues a certificate for a key that somebody else has made. */
  public Issued issue(KeyPair keys, List<String> names, Validity validity) {
    return issue(keys, names, validity, _ -> {});
  }

  /**
   * Issues a certificate with more to it.
   *
   * @param more adds extensions, or takes the place of some
   */
  Issued issue(
      KeyPair keys,
      List<String> names,
      Validity validity,
      Consumer<X509v3CertificateBuilder> more) {
    X509v3CertificateBuilder builder =
        leafBuilder(certificate.getSubjectX500Principal(), keys, names, validity);
    more.accept(builder);
    return new Issued(
        Stream.concat(Stream.of(signBelow(builder)), sent.stream()).toList(), keys.getPrivate());
  }

  /** Signs what is no certificate. */
  ContentSigner signer() {
    return signer(key);
  }

  /**
   * Writes the list of what this authority has taken back (RFC 5280 §5) as PEM.
   *
   * @param revoked certificates that it has issued
   * @param validity from when it counts, and when there will be a newer one
   */
  public void writeRevoked(Path file, List<X509Certificate> revoked, Validity validity)
      throws IOException {
    X509v2CRLBuilder builder =
        new JcaX509v2CRLBuilder(certificate.getSubjectX500Principal(), Date.from(validity.from()));
    builder.setNextUpdate(Date.from(validity.until()));
    for (X509Certificate each : revoked) {
      builder.addCRLEntry(
          each.getSerialNumber(), Date.from(validity.from()), CRLReason.keyCompromise);
    }
    PemOutput.write(file, builder.build(signer(key)));
  }

  /** The authority's own certificate, for those who shall trust it. */
  public X509Certificate caCertificate() {
    return certificate;
  }

  /** Writes the authority's own certificate as PEM. */
  public void writeCa(Path file) throws IOException {
    PemOutput.write(file, List.of(certificate));
  }

  static KeyPair newKeys(KeyType type) {
    try {
      KeyPairGenerator generator =
          KeyPairGenerator.getInstance(type == KeyType.ECDSA ? "EC" : "RSA");
      switch (type) {
        case ECDSA -> generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
        case RSA ->
            generator.initialize(
                new RSAKeyGenParameterSpec(2048, RSAKeyGenParameterSpec.F4), RANDOM);
      }
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK makes these keys", e);
    }
  }

  private static X509v3CertificateBuilder caBuilder(
      X500Principal issuer, X500Principal subject, KeyPair keys, Instant now, Bound... bounds) {
    List<Bound> bound = List.of(bounds);
    Validity validity = new Validity(now.minus(CLOCK_SKEW), now.plus(CA_LIFE));
    X509v3CertificateBuilder builder = builder(issuer, subject, keys, validity);
    add(
        builder,
        Extension.basicConstraints,
        bound.contains(Bound.NO_AUTHORITY_BELOW)
            ? new BasicConstraints(0)
            : new BasicConstraints(true));
    if (bound.contains(Bound.SERVERS_ONLY)) {
      add(builder, Extension.extendedKeyUsage, new ExtendedKeyUsage(KeyPurposeId.id_kp_serverAuth));
    }
    add(builder, Extension.keyUsage, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
    return builder;
  }

  private static X509v3CertificateBuilder leafBuilder(
      X500Principal issuer, KeyPair keys, List<String> names, Validity validity) {
    X509v3CertificateBuilder builder = builder(issuer, LEAF, keys, validity);
    add(builder, Extension.basicConstraints, new BasicConstraints(false));
    add(builder, Extension.keyUsage, new KeyUsage(KeyUsage.digitalSignature));
    add(
        builder,
        Extension.extendedKeyUsage,
        new ExtendedKeyUsage(
            new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}));
    if (!names.isEmpty()) { // an empty sequence is not allowed (RFC 5280 §4.2.1.6)
      GeneralName[] all =
          names.stream().map(CertificateAuthority::name).toArray(GeneralName[]::new);
      add(builder, Extension.subjectAlternativeName, new GeneralNames(all));
    }
    return builder;
  }

  private static GeneralName name(String name) {
    boolean address = NetUtil.isValidIpV4Address(name) || NetUtil.isValidIpV6Address(name);
    return new GeneralName(address ? GeneralName.iPAddress : GeneralName.dNSName, name);
  }

  private static X509v3CertificateBuilder builder(
      X500Principal issuer, X500Principal subject, KeyPair keys, Validity validity) {
    X509v3CertificateBuilder builder =
        new JcaX509v3CertificateBuilder(
            issuer,
            new BigInteger(SERIAL_BITS, RANDOM),
            Date.from(validity.from()),
            Date.from(validity.until()),
            subject,
            keys.getPublic());
    add(
        builder,
        Extension.subjectKeyIdentifier,
        identifiers().createSubjectKeyIdentifier(keys.getPublic()));
    return builder;
  }

  private static JcaX509ExtensionUtils identifiers() {
    try {
      return new JcaX509ExtensionUtils();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }

  private static void add(
      X509v3CertificateBuilder builder, ASN1ObjectIdentifier type, ASN1Encodable value) {
    try {
      boolean critical = type.equals(Extension.basicConstraints) || type.equals(Extension.keyUsage);
      builder.addExtension(type, critical, value);
    } catch (IOException e) {
      throw new IllegalStateException("an extension of ours does not encode", e);
    }
  }

  private X509Certificate signBelow(X509v3CertificateBuilder builder) {
    add(
        builder,
        Extension.authorityKeyIdentifier,
        identifiers().createAuthorityKeyIdentifier(certificate.getPublicKey()));
    return sign(builder, key);
  }

  private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key) {
    try {
      return new JcaX509CertificateConverter().getCertificate(builder.build(signer(key)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a certificate of ours does not encode", e);
    }
  }

  static ContentSigner signer(PrivateKey key) {
    String algorithm = key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA";
    try {
      return new JcaContentSignerBuilder(algorithm).build(key);
    } catch (OperatorCreationException e) {
      throw new IllegalStateException("every JDK signs with " + algorithm, e);
    }
  }
}
