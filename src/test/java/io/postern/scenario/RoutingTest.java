package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Answer;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.ProxyUnderTest;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The right route for every request, from the wire to the answer: the first that matches. */
class RoutingTest {

  private static final String CONFIG =
      """
      listeners:
        edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
      routes:
        - {name: exact, match: {hosts: [a.example.test], path: [/exact]}, respond: {body: exact}}
        - {name: prefix, match: {hosts: [a.example.test], pathPrefix: [/api]}, respond: {body: prefix}}
        - {name: regex, match: {pathRegex: ["/v[0-9]+/x"]}, respond: {body: regex}}
        - {name: method, match: {path: [/m], methods: [PUT]}, respond: {body: method}}
        - {name: header, match: {path: [/h], headers: {x-canary: "1"}}, respond: {body: header}}
        - {name: query, match: {path: [/q], query: {dry-run: "yes"}}, respond: {body: query}}
        - name: away
          match: {pathPrefix: [/old]}
          redirect: {status: 307, location: "https://new.example.test$${path}$${query}"}
        - name: same-host
          match: {path: [/here]}
          redirect: {location: "https://$${host}/there"}
        - {name: teapot, match: {path: [/tea]}, respond: {status: 418, contentType: a/b, body: tea}}
        - {name: one-host, match: {hosts: [b.example.test]}, respond: {body: one-host}}
        - {name: wildcard, match: {hosts: ["*.example.test"]}, respond: {body: wildcard}}
        - {name: never-first, match: {hosts: [example.test]}, respond: {body: bare}}
      process: {eventLoops: 1}
      """;

  private static ProxyUnderTest proxy;

  @BeforeAll
  static void start() {
    proxy = ProxyUnderTest.start(CONFIG);
  }

  @AfterAll
  static void stop() {
    proxy.close();
  }

  static Stream<Arguments> requests() {
    return Stream.of(Protocol.values())
        .flatMap(
            p ->
                Stream.of(
                    Arguments.of(p, "GET", "a.example.test", "/exact", "exact"),
                    Arguments.of(p, "GET", "A.Example.TEST", "/exact", "exact"),
                    Arguments.of(p, "GET", "a.example.test:8443", "/exact?a=b", "exact"),
                    Arguments.of(p, "GET", "a.example.test", "/exact/", "wildcard"),
                    Arguments.of(p, "GET", "a.example.test", "/Exact", "wildcard"),
                    Arguments.of(p, "GET", "a.example.test", "/api", "prefix"),
                    Arguments.of(p, "GET", "a.example.test", "/api/x/y", "prefix"),
                    Arguments.of(p, "GET", "a.example.test", "/apis", "wildcard"),
                    Arguments.of(p, "GET", "a.example.test", "/%61pi", "prefix"),
                    Arguments.of(p, "GET", "b.example.test", "/api", "one-host"),
                    Arguments.of(p, "GET", "c.example.test", "/v12/x", "regex"),
                    Arguments.of(p, "GET", "c.example.test", "/v12/xy", "wildcard"),
                    Arguments.of(p, "PUT", "c.example.test", "/m", "method"),
                    Arguments.of(p, "GET", "c.example.test", "/m", "wildcard"),
                    Arguments.of(p, "GET", "c.example.test", "/h", "wildcard"),
                    Arguments.of(p, "GET", "c.example.test", "/q?a=1&dry-run=yes", "query"),
                    Arguments.of(p, "GET", "c.example.test", "/q?dry-run=no", "wildcard"),
                    Arguments.of(p, "GET", "example.test", "/", "bare")));
  }

  @ParameterizedTest(name = "{0} {1} {2}{3}")
  @MethodSource("requests")
  void theFirstThatMatches(
      Protocol protocol, String method, String host, String target, String body) {
    try (Caller client = protocol.connect(proxy.address(), host.replaceFirst(":.*", ""))) {
      Answer answer = client.call(method, host, target).answer();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.text()).isEqualTo(body);
      assertThat(proxy.record().terminationCode()).isEqualTo("LR");
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void byAField(Protocol protocol) {
    try (Caller client = protocol.connect(proxy.address(), "c.example.test")) {
      Answer answer = client.call("GET", "c.example.test", "/h", "x-canary", "1").answer();
      assertThat(answer.text()).isEqualTo("header");
      assertThat(client.call("GET", "c.example.test", "/h", "x-canary", "2").answer().text())
          .isEqualTo("wildcard");
      assertThat(proxy.record().route).isEqualTo("header");
      assertThat(proxy.record().route).isEqualTo("wildcard");
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void redirectsAndFixedResponses(Protocol protocol) {
    try (Caller client = protocol.connect(proxy.address(), "c.example.test")) {
      Answer away = client.call("GET", "c.example.test", "/old/a%20b?c=d&e").answer();
      assertThat(away.status()).isEqualTo(307);
      assertThat(away.field("location")).isEqualTo("https://new.example.test/old/a%20b?c=d&e");
      assertThat(away.text()).isEmpty();
      Answer here = client.call("GET", "c.example.test:8443", "/here?x=y").answer();
      assertThat(here.status()).isEqualTo(308);
      assertThat(here.field("location")).isEqualTo("https://c.example.test/there");
      Answer tea = client.call("GET", "c.example.test", "/tea").answer();
      assertThat(tea.status()).isEqualTo(418);
      assertThat(tea.field("content-type")).isEqualTo("a/b");
      assertThat(tea.field("content-length")).isEqualTo("3");
      Answer head = client.call("HEAD", "c.example.test", "/tea").answer();
      assertThat(head.field("content-length")).isEqualTo("3");
      assertThat(head.text()).isEmpty();
      for (int status : new int[] {307, 308, 418, 418}) {
        assertThat(proxy.record().status).isEqualTo(status);
      }
    }
  }
}
