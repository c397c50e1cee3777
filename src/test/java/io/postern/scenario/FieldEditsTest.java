package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Answer;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Head;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Fields that a route sets, adds and takes out, of requests and of responses. */
class FieldEditsTest {

  private final ScriptedServer server = ScriptedServer.start();
  private final ProxyUnderTest proxy =
      ProxyUnderTest.start(
          """
          listeners:
            edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
          tenants:
            acme: {sources: [127.0.0.0/8]}
          routes:
            - name: fixed
              match: {path: [/fixed]}
              respond: {body: ok}
              responseHeaders:
                set: {x-id: "{request.id}", x-route: "{route} {pool} {server}"}
                add: {set-cookie: "c={method}"}
            - {name: gone, match: {path: [/gone]}, pool: down, responseHeaders: {set: {x-route: "{route}, {pool}"}}}
            - name: app
              pool: app
              requestHeaders:
                set:
                  x-tenant: "{tenant}"
                  x-vpce: "{vpce}"
                  x-client: "{client.address} by {listener} over {scheme} {protocol} {tls.version} {tls.sni}"
                  x-asked: "{method} {host} {authority} {path} {query}"
                  x-where: "{route}/{pool}"
                  x-brace: "{{{tenant}}"
                  x-trailing: "a {tenant} {vpce}"
                add: {accept: text/plain, x-vpce-too: "{vpce}"}
                remove: [x-debug]
              responseHeaders:
                set: {x-route: "{route} {pool} {server}", server: mine}
                add: {set-cookie: "c={method}"}
                remove: [x-inner]
          pools:
            app: {servers: [{address: "127.0.0.1:%1$d"}]}
            down: {servers: [{address: "127.0.0.1:1"}]}
          process: {eventLoops: 1}
          """
              .formatted(server.port()));

  @AfterEach
  void close() {
    proxy.close();
    server.close();
  }

  @ParameterizedTest
  @EnumSource
  void ofARequest(Version version) {
    try (Client client = version.connect(proxy)) {
      client
          .request(
              "GET",
              "/a%20b?c=d&e",
              "Accept",
              "a/b",
              "X-Tenant",
              "evil",
              "X_Tenant",
              "evil",
              "X-Vpce",
              "evil",
              "X-Debug",
              "1",
              "X_Debug",
              "1")
          .answer();
      Head head = server.awaitRequest(0).head();
      assertThat(head.values("x-tenant")).containsExactly("acme");
      assertThat(head.values("x-vpce")).as("not known, so not sent").isEmpty();
      assertThat(head.values("x-vpce-too")).isEmpty();
      assertThat(head.field("x-client"))
          .isEqualTo(
              "127.0.0.1 by edge over https %s TLSv1.3 localhost"
                  .formatted(version == Version.H1 ? "HTTP/1.1" : "HTTP/2"));
      assertThat(head.field("x-asked")).isEqualTo("GET localhost localhost /a%20b c=d&e");
      assertThat(head.field("x-where")).isEqualTo("app/app");
      assertThat(head.field("x-brace")).isEqualTo("{acme}");
      assertThat(head.field("x-trailing")).isEqualTo("a acme");
      assertThat(head.values("accept")).containsExactly("a/b", "text/plain");
      assertThat(head.raw().toLowerCase(Locale.ROOT)).doesNotContain("debug", "evil", "x_tenant");
    }
  }

  @ParameterizedTest
  @EnumSource
  void ofAResponse(Version version) {
    server.otherwise(
        new Respond(
            Response.of(200, "ok")
                .with("Server", "theirs", "X-Inner", "1", "Set-Cookie", "a=1", "X-Route", "x")));
    try (Client client = version.connect(proxy)) {
      Answer answer = client.get("/");
      assertThat(answer.values("x-route"))
          .containsExactly("app app 127.0.0.1:" + server.address().getPort());
      assertThat(answer.values("server")).containsExactly("mine");
      assertThat(answer.values("set-cookie")).containsExactly("a=1", "c=GET");
      assertThat(answer.values("x-inner")).isEmpty();
      assertThat(answer.text()).isEqualTo("ok");
    }
  }

  @ParameterizedTest
  @EnumSource
  void ofWhatPosternAnswersItself(Version version) {
    try (Client client = version.connect(proxy)) {
      Answer fixed = client.get("/fixed");
      assertThat(fixed.text()).isEqualTo("ok");
      assertThat(fixed.field("x-route")).isEqualTo("fixed");
      assertThat(fixed.field("x-id")).isEqualTo(fixed.field("x-request-id"));
      assertThat(fixed.field("set-cookie")).isEqualTo("c=GET");
      Answer gone = client.get("/gone");
      assertThat(gone.status()).isEqualTo(503);
      assertThat(gone.field("x-route")).isEqualTo("gone, down");
      assertThat(gone.values("cache-control")).containsExactly("no-store");
    }
  }
}
