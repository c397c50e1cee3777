package io.postern.interop;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * A certificate and its key.
 *
 * @param chain a file of PEM
 * @param key a file of PEM
 */
record Identity(Path chain, Path key) {

  private static final String PASSWORD = "changeit";

  /** A new one for localhost, made by the JDK's keytool. */
  static Identity create(Path folder)
      throws IOException, GeneralSecurityException, InterruptedException {
    Path store = folder.resolve("localhost.p12");
    Commands.run(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
            "-genkeypair",
            "-alias",
            "localhost",
            "-dname",
            "CN=localhost",
            "-ext",
            "SAN=dns:localhost",
            "-keyalg",
            "EC",
            "-groupname",
            "secp256r1",
            "-storepass",
            PASSWORD,
            "-keystore",
            store.toString()));
    KeyStore made = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
    Certificate certificate = made.getCertificate("localhost");
    Key key = made.getKey("localhost", PASSWORD.toCharArray());
    return new Identity(
        pem(folder.resolve("localhost.pem"), "CERTIFICATE", certificate.getEncoded()),
        pem(folder.resolve("localhost.key"), "PRIVATE KEY", key.getEncoded()));
  }

  private static Path pem(Path file, String label, byte[] der) throws IOException {
    String base64 = Base64.getMimeEncoder(64, "\n".getBytes()).encodeToString(der);
    return Files.writeString(
        file, "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(label, base64));
  }

  /** What a client needs to trust it, and nothing else. */
  TrustManager[] trust() throws IOException, GeneralSecurityException {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    try (InputStream in = Files.newInputStream(chain)) {
      var certificates = java.security.cert.CertificateFactory.getInstance("X.509");
      trusted.setCertificateEntry("localhost", certificates.generateCertificate(in));
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(trusted);
    return factory.getTrustManagers();
  }
}
