package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Answer;
import io.postern.testkit.Await;
import io.postern.testkit.Content;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A server of HTTP/2 that nobody here wrote: {@code nghttpd}, which pads its frames, ends its
 * responses with trailers, and echoes uploads. Without it (Debian: nghttp2-server) the test is
 * skipped.
 */
class NghttpdServerTest {

  private static final String NGHTTPD = "/usr/sbin/nghttpd";
  private static final int MIB = 1024 * 1024;

  @TempDir private Path dir;

  @BeforeEach
  void files() throws IOException {
    ServerProcess.assumeInstalled(NGHTTPD, "nghttp2-server");
    TlsPool.issued("localhost").writeTo(dir, "server");
    Files.write(dir.resolve("large"), Content.ofSize(3 * MIB).slice(0, 3 * MIB));
    Files.writeString(dir.resolve("small"), "small\n");
  }

  private ServerProcess nghttpd(boolean tls) throws IOException {
    return ServerProcess.start(
        dir,
        port -> {
          List<String> command = new ArrayList<>(List.of(NGHTTPD, "-a", "127.0.0.1"));
          command.addAll(List.of("-d", dir.toString(), "-b", "100", "-m", "5", "--echo-upload"));
          command.addAll(List.of("--trailer", "x-end: 1", Integer.toString(port)));
          command.addAll(tls ? List.of("server.key", "server.pem") : List.of("--no-tls"));
          return command;
        });
  }

  private static ProxyUnderTest proxy(ServerProcess server, String protocol) {
    String tls = protocol.equals("h2c") ? "" : "tls: {trust: %s}".formatted(TlsPool.TRUST);
    return ProxyUnderTest.start(
        """
        listeners:
          edge:
            bind: 127.0.0.1:0
            tls: {certificates: [@CERTIFICATES@]}
        routes:
          - {name: all, pool: app}
        pools:
          app:
            servers: [{address: "localhost:%d"}]
            protocol: %s
            %s
            health: {active: {type: http, path: /small}}
        process: {eventLoops: 1}
        """
            .formatted(server.port(), protocol, tls));
  }

  @ParameterizedTest
  @CsvSource({"H1,h2c", "H2,h2c", "H1,h2", "H2,h2", "H2,auto"})
  void contentAndTrailersGoThrough(Version version, String protocol) throws IOException {
    try (ServerProcess server = nghttpd(!protocol.equals("h2c"));
        ProxyUnderTest proxy = proxy(server, protocol);
        Client client = version.connect(proxy)) {
      Answer answer = client.get("/large");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.content().isAllOf(Content.ofSize(3 * MIB))).isTrue();
      Call upload = client.start("POST", "/echo");
      var sending = upload.sendInBackground(Content.ofSize(2 * MIB));
      assertThat(upload.answer().content().isAllOf(Content.ofSize(2 * MIB))).isTrue();
      Await.result("the upload", sending);
      assertThat(proxy.server("app", 0).faults()).isZero();
    }
  }

  @Test
  void moreThanOneConnectionAllows() throws IOException {
    try (ServerProcess server = nghttpd(true);
        ProxyUnderTest proxy = proxy(server, "h2");
        Client client = Version.H2.connect(proxy)) {
      List<Call> calls = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        calls.add(client.request(i % 2 == 0 ? "GET" : "HEAD", "/small"));
      }
      calls.forEach(call -> assertThat(call.answer().status()).isEqualTo(200));
      assertThat(proxy.server("app", 0).faults()).isZero();
    }
  }
}
