package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Answer;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Content;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import io.postern.testkit.ServerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** HTTP/2 in plain to nginx and HAProxy, each of which asks a scripted server in its turn. */
class H2cServersOfOthersTest {

  private static final Content LARGE = Content.ofSize(3 << 20);

  @TempDir private Path dir;

  /** A program that speaks HTTP/2 in plain to those who know that it does. */
  enum Program {
    /** Sends its clients away, by GOAWAY, after so many requests. */
    NGINX(
        "/usr/sbin/nginx",
        "nginx",
        List.of("-p", ".", "-e", "error.log", "-c", "server.conf"),
        """
        daemon off;
        master_process off;
        pid nginx.pid;
        events { worker_connections 200; }
        http {
          access_log off;
          client_body_temp_path tmp;
          proxy_temp_path tmp;
          fastcgi_temp_path tmp;
          uwsgi_temp_path tmp;
          scgi_temp_path tmp;
          client_max_body_size 0;
          http2_max_concurrent_streams 5;
          keepalive_requests 7;
          server {
            listen 127.0.0.1:%d http2;
            location / {
              proxy_pass http://127.0.0.1:%d;
              proxy_http_version 1.1;
              proxy_buffering off;
              proxy_request_buffering off;
            }
          }
        }
        """),
    HAPROXY(
        "/usr/sbin/haproxy",
        "haproxy",
        List.of("-db", "-f", "server.conf"),
        """
        global
          maxconn 200
          tune.h2.max-concurrent-streams 5
        defaults
          mode http
          timeout connect 5s
          timeout client 30s
          timeout server 30s
        listen h2c
          bind 127.0.0.1:%d proto h2
          server behind 127.0.0.1:%d
        """);

    private final String path;
    private final String debianPackage;
    private final List<String> arguments;
    private final String config;

    Program(String path, String debianPackage, List<String> arguments, String config) {
      this.path = path;
      this.debianPackage = debianPackage;
      this.arguments = arguments;
      this.config = config;
    }

    ServerProcess inFrontOf(ScriptedServer behind, Path dir) throws IOException {
      ServerProcess.assumeInstalled(path, debianPackage);
      return ServerProcess.start(
          dir,
          port -> {
            write(dir.resolve("server.conf"), config.formatted(port, behind.port()));
            List<String> command = new ArrayList<>(List.of(path));
            command.addAll(arguments);
            return command;
          });
    }

    private static void write(Path file, String text) {
      try {
        Files.writeString(file, text);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static ProxyUnderTest proxy(ServerProcess server) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
        routes:
          - {name: all, pool: app}
        pools:
          app:
            protocol: h2c
            servers: [{address: "127.0.0.1:%d"}]
            health: {active: {type: http, path: /check}}
        process: {eventLoops: 1}
        """
            .formatted(server.port()));
  }

  private static Stream<Arguments> programs() {
    return Arrays.stream(Program.values())
        .flatMap(each -> Arrays.stream(Version.values()).map(v -> Arguments.of(each, v)));
  }

  @ParameterizedTest
  @MethodSource("programs")
  void contentGoesThroughEitherWay(Program program, Version version) throws IOException {
    try (ScriptedServer behind =
            ScriptedServer.start().on("/large", new Respond(Response.of(200, LARGE)));
        ServerProcess server = program.inFrontOf(behind, dir);
        ProxyUnderTest proxy = Checked.once(proxy(server));
        Client client = version.connect(proxy)) {
      assertThat(proxy.server("app", 0).checksPassed()).isPositive();
      Answer answer = client.get("/large");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.content().isAllOf(LARGE)).isTrue();
      Call upload = client.start("POST", "/up");
      var sending = upload.sendInBackground(LARGE);
      assertThat(upload.answer().text()).isEqualTo("ok");
      Await.result("the upload", sending);
      assertThat(behind.requests("/up").getFirst().content().isAllOf(LARGE)).isTrue();
      Verdict.requireNoCharge(proxy);
    }
  }

  /** Whoever is sent away while others still come loses none of them, and blames nobody. */
  @ParameterizedTest
  @EnumSource
  void moreThanOneConnectionAllows(Program program) throws IOException {
    try (ScriptedServer behind = ScriptedServer.start();
        ServerProcess server = program.inFrontOf(behind, dir);
        ProxyUnderTest proxy = proxy(server);
        Client client = Version.H2.connect(proxy)) {
      List<Call> calls = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        calls.add(client.request(i % 2 == 0 ? "GET" : "HEAD", "/" + i));
      }
      calls.forEach(call -> assertThat(call.answer().status()).isEqualTo(200));
      Verdict.requireNoCharge(proxy);
    }
  }
}
