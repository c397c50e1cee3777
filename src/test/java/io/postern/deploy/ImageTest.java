package io.postern.deploy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Await;
import io.postern.testkit.ClientTls;
import io.postern.testkit.H2Client;
import io.postern.testkit.RawClient;
import io.postern.tls.CertificateAuthority;
import io.postern.tls.KeyType;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.MountableFile;

/** The image that POSTERN_IMAGE names, asked over TLS. */
@Tag("deploy")
@EnabledIfEnvironmentVariable(named = "POSTERN_IMAGE", matches = ".+")
class ImageTest {

  private static final CertificateAuthority AUTHORITY = CertificateAuthority.create("Test CA");
  private static final String CONFIG =
      """
      listeners:
        edge:
          bind: 0.0.0.0:443
          tls: {certificates: [{chain: server.pem, key: server.key}]}
      routes:
        - {name: fixed, respond: {status: 418, body: "tea"}}
      shutdown: {announce: 0s, spread: 0s}
      """;

  @TempDir private Path directory;

  private GenericContainer<?> container() throws IOException {
    AUTHORITY.issue(KeyType.ECDSA, List.of("localhost")).writeTo(directory, "server");
    GenericContainer<?> container =
        new GenericContainer<>(System.getenv("POSTERN_IMAGE"))
            .withExposedPorts(443)
            .waitingFor(Wait.forLogMessage("postern ready: .*", 1));
    for (String name : List.of("server.pem", "server.key")) {
      container.withCopyFileToContainer(
          // Readable by the user of the image, which owns none of it.
          MountableFile.forHostPath(directory.resolve(name), 0444), "/etc/postern/" + name);
    }
    return container.withCopyToContainer(
        Transferable.of(CONFIG.getBytes(US_ASCII), 0444), "/etc/postern/postern.yaml");
  }

  private static InetSocketAddress address(GenericContainer<?> container) {
    return new InetSocketAddress(container.getHost(), container.getMappedPort(443));
  }

  @Test
  void answersOverTlsAndLogsIt() throws IOException {
    try (GenericContainer<?> container = container()) {
      container.start();
      ClientTls h1 = ClientTls.of(AUTHORITY.caCertificate(), "localhost", "http/1.1");
      try (RawClient client = RawClient.connect(address(container), h1)) {
        assertThat(client.get("/one", "localhost").status()).isEqualTo(418);
      }
      ClientTls h2 = ClientTls.of(AUTHORITY.caCertificate(), "localhost", "h2");
      try (H2Client client = H2Client.connect(address(container), h2)) {
        assertThat(client.get("localhost", "/two").answer().text()).isEqualTo("tea");
      }
      Await.until("two lines", () -> container.getLogs().contains("\"path\":\"/two\""));
      assertThat(container.getLogs())
          .contains("\"path\":\"/one\"", "\"tlsVersion\":\"TLSv1.3\"", "epoll");
    }
  }

  @Test
  void itsCommandsAreThoseOfTheProgram() {
    try (GenericContainer<?> container =
        new GenericContainer<>(System.getenv("POSTERN_IMAGE"))
            .withCommand("version")
            .waitingFor(Wait.forLogMessage("postern .*java 25.*", 1))) {
      container.start();
      assertThat(container.getLogs()).startsWith("postern ");
    }
  }
}
