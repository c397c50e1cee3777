package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.NetUtil;
import io.postern.runtime.Explanation.Line;
import io.postern.runtime.Question;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Request;
import io.postern.testkit.ScriptedServer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A server is asked for something else than the client asked for, whatever both speak. */
class RewriteTest {

  private final ScriptedServer server = ScriptedServer.start();

  private ProxyUnderTest proxy(String protocol) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
        routes:
          - name: prefix
            match: {pathPrefix: [/api]}
            pool: app
            rewrite: {host: "App.internal:81", pathPrefix: /v2}
            requestHeaders: {set: {x-asked: "{host}{path}"}}
          - name: regex
            match: {pathPrefix: [/r]}
            pool: app
            rewrite: {pathRegex: {pattern: "/r/(.)x(.)(/.*)?", substitution: '/\\1\\2\\3'}}
          - {name: all, pool: app}
        pools:
          app: {protocol: %s, servers: [{address: "127.0.0.1:%d"}]}
        process: {eventLoops: 1}
        """
            .formatted(protocol, server.port()));
  }

  @AfterEach
  void close() {
    server.close();
  }

  @ParameterizedTest
  @MethodSource("io.postern.scenario.Pair#all")
  void hostAndPath(Pair pair) {
    try (ProxyUnderTest proxy = proxy(pair.server() == Version.H1 ? "http/1.1" : "h2c");
        Client client = pair.client().connect(proxy)) {
      assertThat(client.get("/x/../%61pi/a%20b//c?d=/api").status()).isEqualTo(200);
      Request request = server.awaitRequest(0);
      assertThat(request.target()).isEqualTo("/v2/a%20b//c?d=/api");
      assertThat(request.head().field("host")).isEqualTo("App.internal:81");
      assertThat(request.head().field("x-forwarded-host")).isEqualTo("localhost");
      assertThat(request.head().field("x-asked")).isEqualTo("localhost/x/../%61pi/a%20b//c");
      assertThat(proxy.record().target.toString()).isEqualTo("/x/../%61pi/a%20b//c?d=/api");
      assertThat(client.request("OPTIONS", "*").answer().status()).isEqualTo(200);
      assertThat(server.awaitRequest(1).target()).isEqualTo("*");
    }
  }

  @ParameterizedTest
  @MethodSource("io.postern.scenario.Pair#all")
  void whatWouldBeNoTargetIsRefused(Pair pair) {
    try (ProxyUnderTest proxy = proxy(pair.server() == Version.H1 ? "http/1.1" : "h2c");
        Client client = pair.client().connect(proxy)) {
      assertThat(client.get("/r/axb/c").status()).isEqualTo(200);
      assertThat(server.awaitRequest(0).target()).isEqualTo("/ab/c");
      assertThat(client.get("/r/.x./c").status()).isEqualTo(400);
      assertThat(proxy.record().status).isEqualTo(200);
      assertThat(proxy.record().status).isEqualTo(400);
    }
  }

  @Test
  void explained() {
    try (ProxyUnderTest proxy = proxy("http/1.1")) {
      Question asked =
          new Question(
              null,
              "GET",
              "localhost",
              "/api/a?b",
              List.of(),
              "localhost",
              null,
              NetUtil.createInetAddressFromIpAddressString("127.0.0.1"),
              null);
      assertThat(proxy.explain(asked).lines())
          .contains(
              new Line("to server", "sets x-asked"),
              new Line("rewritten", "App.internal:81/v2/a?b"));
    }
  }
}
