package io.postern.config;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** TLS of a listener. */
public record TlsConfig(
    Place place,
    @Default("TLSv1.2") @Doc("The oldest version that is spoken.") Version minVersion,
    @NonEmpty @Doc("The certificates; the hosts of each come from its subject alternative names.")
        List<Certificate> certificates,
    @Doc(
            "The chain file of the certificate for clients that name no host or an unknown one; left out, the first.")
        @Nullable Path defaultCertificate) {

  /** A version of TLS. */
  public enum Version {
    @Written("TLSv1.2")
    TLSV1_2,
    @Written("TLSv1.3")
    TLSV1_3
  }

  /** A certificate with its key. */
  public record Certificate(
      Place place,
      @Doc("PEM file: the certificate, then its issuers.") Path chain,
      @Doc("PEM file: the private key, as PKCS#8, PKCS#1 or SEC1, plain or encrypted.") Path key,
      @Doc("The passphrase of an encrypted key, best as `${file:/run/secrets/...}`.")
          @Nullable Secret passphrase) {}
}
