package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Answer;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Head;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The id of a request is the same for the server, the client and the log. */
class RequestIdTest {

  private static final String MADE = "[0-9a-f]{32}";

  private final ScriptedServer server = ScriptedServer.start();
  private @Nullable ProxyUnderTest proxy;

  private ProxyUnderTest proxy(String trusted) {
    proxy =
        ProxyUnderTest.start(
            """
            listeners:
              edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
            routes:
              - {name: fixed, match: {path: [/fixed]}, respond: {body: ok}}
              - {name: app, match: {pathPrefix: [/app]}, pool: app}
            pools:
              app: {servers: [{address: "127.0.0.1:%d"}]}
            requestId: {trustedSources: [%s]}
            process: {eventLoops: 1}
            """
                .formatted(server.port(), trusted));
    return proxy;
  }

  @AfterEach
  void close() {
    if (proxy != null) {
      proxy.close();
    }
    server.close();
  }

  @ParameterizedTest
  @EnumSource
  void madeForEachAndNotWhatAStrangerSays(Version version) {
    server.otherwise(new Respond(Response.of(200, "ok").with("X-Request-Id", "theirs")));
    ProxyUnderTest started = proxy("10.0.0.0/8, \"::1/128\"");
    try (Client client = version.connect(started)) {
      String[] own = {"X-Request-Id", "evil", "X_Request_Id", "evil", "x-request_id", "evil"};
      Answer first = client.request("GET", "/app", own).answer();
      Answer second = client.request("GET", "/app", own).answer();
      Head head = server.awaitRequest(0).head();
      assertThat(head.field("x-request-id")).matches(MADE);
      assertThat(head.raw().toLowerCase(Locale.ROOT)).doesNotContain("evil", "x_request");
      assertThat(first.values("x-request-id")).containsExactly(head.field("x-request-id"));
      assertThat(started.record().requestId.toString()).isEqualTo(head.field("x-request-id"));
      assertThat(second.field("x-request-id"))
          .matches(MADE)
          .isNotEqualTo(first.field("x-request-id"))
          .isEqualTo(server.awaitRequest(1).head().field("x-request-id"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void keptAsTrustedClientsSendIt(Version version) {
    ProxyUnderTest started = proxy("127.0.0.0/8");
    String longest = "x".repeat(128);
    try (Client client = version.connect(started)) {
      for (String good : new String[] {"a", "Root=1-67891233-abcdef;x:{}", longest}) {
        Answer answer = client.request("GET", "/app", "X-Request-Id", good).answer();
        assertThat(answer.values("x-request-id")).containsExactly(good);
        assertThat(started.record().requestId.toString()).isEqualTo(good);
      }
      assertThat(server.awaitRequest(2).head().values("x-request-id")).containsExactly(longest);
      for (String bad : new String[] {longest + "x", "a b", "a\"", "a'b", "", "\u00e9"}) {
        Answer answer = client.request("GET", "/app", "X-Request-Id", bad).answer();
        assertThat(answer.field("x-request-id")).matches(MADE);
      }
      Answer two = client.request("GET", "/app", "X-Request-Id", "a", "X-Request-Id", "b").answer();
      assertThat(two.field("x-request-id")).matches(MADE);
    }
  }

  @ParameterizedTest
  @EnumSource
  void inWhatPosternAnswersItself(Version version) {
    ProxyUnderTest started = proxy("");
    try (Client client = version.connect(started)) {
      for (String path : new String[] {"/fixed", "/no-route"}) {
        Answer answer = client.get(path);
        assertThat(answer.values("x-request-id")).hasSize(1);
        assertThat(answer.field("x-request-id"))
            .matches(MADE)
            .isEqualTo(started.record().requestId.toString());
      }
    }
    try (RawClient client = Version.h1(started)) {
      client.send("GET / HTTP/1.1\r\nHost: a b\r\n\r\n");
      Answer answer = client.readAnswer();
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.field("x-request-id")).isEqualTo(started.record().requestId.toString());
    }
  }
}
