package io.postern.tls;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The {@code openssl} command line: a client and a maker of keys that we did not write. */
final class OpensslCommand {

  private OpensslCommand() {}

  /** What a run printed, both streams together, and its exit code. */
  record Output(int exit, String text) {

    /** The certificate that the server presented. */
    X509Certificate presented() throws CertificateException {
      String begin = "-----BEGIN CERTIFICATE-----";
      String end = "-----END CERTIFICATE-----";
      String pem = text.substring(text.indexOf(begin), text.indexOf(end) + end.length());
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }
  }

  /** Runs it in a directory, with an empty standard input, and fails unless it succeeds. */
  static void run(Path dir, String... args) {
    Output output = start(dir, List.of(args));
    if (output.exit() != 0) {
      throw new AssertionError("openssl " + String.join(" ", args) + ": " + output.text());
    }
  }

  /** Connects to a local port. */
  static Output client(Path dir, int port, String... args) {
    // Without ign_eof it would leave before the tickets of TLS 1.3 have come.
    List<String> all =
        new ArrayList<>(List.of("s_client", "-ign_eof", "-connect", "127.0.0.1:" + port));
    all.addAll(List.of(args));
    return start(dir, all);
  }

  private static Output start(Path dir, List<String> args) {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(args);
    try {
      Process process =
          new ProcessBuilder(command)
              .directory(dir.toFile())
              .redirectErrorStream(true)
              .redirectInput(new File("/dev/null"))
              .start();
      String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new AssertionError("openssl does not end: " + text);
      }
      return new Output(process.exitValue(), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
