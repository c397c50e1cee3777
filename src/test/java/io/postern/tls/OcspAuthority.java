package io.postern.tls;

import io.postern.tls.CertificateAuthority.Issued;
import io.postern.tls.CertificateAuthority.Validity;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Date;
import java.util.List;
import java.util.Objects;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.x509.AccessDescription;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.AuthorityInformationAccess;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cert.ocsp.BasicOCSPRespBuilder;
import org.bouncycastle.cert.ocsp.CertificateID;
import org.bouncycastle.cert.ocsp.CertificateStatus;
import org.bouncycastle.cert.ocsp.OCSPException;
import org.bouncycastle.cert.ocsp.OCSPResp;
import org.bouncycastle.cert.ocsp.OCSPRespBuilder;
import org.bouncycastle.cert.ocsp.RespID;
import org.bouncycastle.cert.ocsp.RevokedStatus;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.jspecify.annotations.Nullable;

/** An authority below a root, which says by OCSP what has become of what it has issued. */
public final class OcspAuthority {

  private static final ASN1ObjectIdentifier FEATURES =
      new ASN1ObjectIdentifier("1.3.6.1.5.5.7.1.24");

  private final CertificateAuthority root = CertificateAuthority.create("Root");
  private final CertificateAuthority issuing = root.subordinate("Issuing");

  /** Whom clients trust. */
  public X509Certificate root() {
    return root.caCertificate();
  }

  /** Who has issued, and signs what is said. */
  X509Certificate issuer() {
    return issuing.caCertificate();
  }

  /**
   * A certificate for a host.
   *
   * @param responder whom it says to ask; null for nobody
   * @param mustStaple whether it demands a response (RFC 7633)
   */
  public Issued issue(String host, @Nullable URI responder, boolean mustStaple) {
    return issuing.issue(
        CertificateAuthority.newKeys(KeyType.ECDSA),
        List.of(host),
        days(-1, 90),
        builder -> {
          try {
            if (responder != null) {
              builder.addExtension(Extension.authorityInfoAccess, false, access(responder));
            }
            if (mustStaple) {
              builder.addExtension(FEATURES, false, new DERSequence(new ASN1Integer(5)));
            }
          } catch (CertIOException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static AuthorityInformationAccess access(URI responder) {
    return new AuthorityInformationAccess(
        AccessDescription.id_ad_ocsp,
        new GeneralName(GeneralName.uniformResourceIdentifier, responder.toString()));
  }

  /** One who may answer in the place of this authority, if that is the purpose. */
  Issued delegate(KeyPurposeId purpose, Validity validity) {
    return issuing.issue(
        CertificateAuthority.newKeys(KeyType.ECDSA),
        List.of(),
        validity,
        (X509v3CertificateBuilder builder) -> {
          try {
            builder.replaceExtension(
                Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
          } catch (CertIOException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  static Validity days(int from, int until) {
    Instant now = InstantSource.system().instant();
    return new Validity(now.plus(Duration.ofDays(from)), now.plus(Duration.ofDays(until)));
  }

  /** That a certificate is good, since an hour and for a day. */
  public Answer about(Issued issued) {
    return new Answer(issued.certificate());
  }

  /** A response in the making. */
  public final class Answer {

    private final X509Certificate about;
    private X509Certificate issuer = issuer();
    private ASN1ObjectIdentifier digest = OIWObjectIdentifiers.idSHA1;
    private @Nullable CertificateStatus status = CertificateStatus.GOOD;
    private Instant from = InstantSource.system().instant().minus(Duration.ofHours(1));
    private @Nullable Instant until = from.plus(Duration.ofHours(25));
    private ContentSigner signer = issuing.signer();
    private X509CertificateHolder[] certificates = {};

    private Answer(X509Certificate about) {
      this.about = about;
    }

    /** That it is not known. */
    Answer status(CertificateStatus other) {
      status = other;
      return this;
    }

    /** That it was taken back a day ago. */
    public Answer revoked() {
      return status(new RevokedStatus(Date.from(days(-1, 0).from())));
    }

    /** From when and until when it is good; null for no end. */
    public Answer valid(Instant since, @Nullable Instant end) {
      from = since;
      until = end;
      return this;
    }

    /** The certificate is named with SHA-256. */
    Answer sha256() {
      return digest(NISTObjectIdentifiers.id_sha256);
    }

    Answer digest(ASN1ObjectIdentifier algorithm) {
      digest = algorithm;
      return this;
    }

    /** The certificate is named as one of another issuer. */
    Answer of(X509Certificate other) {
      issuer = other;
      return this;
    }

    /** Signed by another, whose certificate goes with it. */
    Answer by(Issued other) {
      signer = CertificateAuthority.signer(other.key());
      certificates = new X509CertificateHolder[] {holder(other.certificate())};
      return this;
    }

    /** The DER of it. */
    public byte[] bytes() {
      try {
        CertificateID id =
            new CertificateID(
                new JcaDigestCalculatorProviderBuilder()
                    .build()
                    .get(new AlgorithmIdentifier(digest, DERNull.INSTANCE)),
                holder(issuer),
                about.getSerialNumber());
        BasicOCSPRespBuilder builder =
            new BasicOCSPRespBuilder(new RespID(holder(issuer()).getSubject()));
        builder.addResponse(
            id, status, Date.from(from), until == null ? null : Date.from(until), null);
        return new OCSPRespBuilder()
            .build(OCSPResp.SUCCESSFUL, builder.build(signer, certificates, Date.from(from)))
            .getEncoded();
      } catch (OCSPException | OperatorCreationException | IOException e) {
        throw new IllegalStateException(e);
      }
    }

    /** Puts it into a file at once. */
    public void writeTo(Path file) throws IOException {
      Path next = file.resolveSibling(Objects.requireNonNull(file.getFileName()) + ".next");
      Files.move(Files.write(next, bytes()), file, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /** That nothing can be said. */
  static byte[] failure(int status) {
    try {
      return new OCSPRespBuilder().build(status, null).getEncoded();
    } catch (OCSPException | IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static X509CertificateHolder holder(X509Certificate certificate) {
    try {
      return new JcaX509CertificateHolder(certificate);
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException(e);
    }
  }
}
