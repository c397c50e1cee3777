package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.OpensslServer;
import io.postern.testkit.ProxyUnderTest;
import io.postern.tls.CertificateAuthority;
import io.postern.tls.KeyType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server whose TLS nobody here wrote: {@code openssl s_server}, which answers a page. */
class OpensslServerTest {

  @TempDir private Path dir;

  @BeforeEach
  void certificates() throws IOException {
    TlsPool.issued("localhost").writeTo(dir, "server");
  }

  private OpensslServer server(String... options) {
    return OpensslServer.start(dir, options);
  }

  private static void openssl(Path dir, String... args) throws Exception {
    List<String> command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(args));
    Process process =
        new ProcessBuilder(command)
            .directory(dir.toFile())
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("openssl.log").toFile())
            .start();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(dir.resolve("openssl.log"))).isZero();
  }

  private static String page(ProxyUnderTest proxy) {
    try (Caller client = Protocol.H2.connect(proxy)) {
      var answer = client.get("/").answer();
      assertThat(answer.status()).isEqualTo(200);
      Ended.well(proxy);
      return answer.text();
    }
  }

  private static String refusal(ProxyUnderTest proxy, Reason reason) {
    try (Caller client = Protocol.H2.connect(proxy)) {
      assertThat(client.get("/").answer().status()).isEqualTo(503);
      Fault fault = Ended.badly(proxy, 503, "SC", reason).fault;
      return Objects.requireNonNull(fault).detail();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void itsPageComesThrough(String version) throws IOException {
    try (OpensslServer server =
            server(
                version, "-cert", "server.pem", "-cert_chain", "server.pem", "-key", "server.key");
        ProxyUnderTest proxy = TlsPool.proxy(server.port())) {
      // It closes each connection behind its page; the second comes by a resumed session.
      assertThat(page(proxy)).contains("TLSv1." + version.substring(6));
      assertThat(page(proxy)).contains("TLSv1." + version.substring(6));
    }
  }

  @Test
  void sessionsAreResumed() throws IOException {
    try (OpensslServer server = server("-tls1_3", "-cert", "server.pem", "-key", "server.key");
        ProxyUnderTest proxy = TlsPool.proxy(server.port())) {
      assertThat(page(proxy)).contains("New, TLSv1.3");
      assertThat(page(proxy)).contains("Reused, TLSv1.3");
    }
  }

  @Test
  void aCertificateThatItWantsIsShown() throws IOException {
    CertificateAuthority clients = CertificateAuthority.create("Client CA");
    clients.issue(KeyType.RSA, List.of("proxy.test")).writeTo(dir, "proxy");
    clients.writeCa(dir.resolve("clients.pem"));
    String tls =
        "trust: %s, certificate: {chain: %s, key: %s}"
            .formatted(TlsPool.TRUST, dir.resolve("proxy.pem"), dir.resolve("proxy.key"));
    try (OpensslServer server =
            server(
                "-cert",
                "server.pem",
                "-key",
                "server.key",
                "-Verify",
                "1",
                "-verify_return_error",
                "-CAfile",
                "clients.pem");
        ProxyUnderTest proxy = TlsPool.proxy(tls, "", "localhost", server.port())) {
      assertThat(page(proxy)).contains("Client certificate");
    }
  }

  @Test
  void aSelfSignedCertificateIsRefusedUntilItIsTrusted() throws Exception {
    openssl(
        dir,
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=own",
        "-addext",
        "subjectAltName=DNS:localhost",
        "-keyout",
        "own.key",
        "-out",
        "own.pem");
    try (OpensslServer server = server("-cert", "own.pem", "-key", "own.key")) {
      try (ProxyUnderTest proxy = TlsPool.proxy(server.port())) {
        assertThat(refusal(proxy, Reason.SERVER_UNVERIFIED))
            .isEqualTo("it is self-signed and not trusted: CN=own");
      }
      String pinned = "trust: " + dir.resolve("own.pem");
      try (ProxyUnderTest proxy = TlsPool.proxy(pinned, "", "localhost", server.port())) {
        assertThat(page(proxy)).contains("s_server");
      }
    }
  }

  @Test
  void noSuiteInCommon() throws IOException {
    try (OpensslServer server =
            server(
                "-tls1_2",
                "-cipher",
                "ECDHE-ECDSA-AES128-SHA",
                "-cert",
                "server.pem",
                "-key",
                "server.key");
        ProxyUnderTest proxy = TlsPool.proxy(server.port())) {
      assertThat(refusal(proxy, Reason.SERVER_HANDSHAKE))
          .startsWith("the server sent the alert handshake_failure (no suite in common");
    }
  }
}
