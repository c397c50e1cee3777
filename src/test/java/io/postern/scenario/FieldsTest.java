package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Answer;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Head;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.Request;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What of the fields is passed on, dropped, and added. */
class FieldsTest {

  private final ScriptedServer server = ScriptedServer.start();
  private final ProxyUnderTest proxy = ProxyUnderTest.to(server.address());

  @AfterEach
  void close() {
    proxy.close();
    server.close();
  }

  @ParameterizedTest
  @EnumSource
  void whatIsToldOfTheClientCannotBeSpoofed(Version version) {
    try (Client client = version.connect(proxy)) {
      client
          .request(
              "GET",
              "/",
              "X-Forwarded-For",
              "6.6.6.6",
              "X-Forwarded-Proto",
              "ftp",
              "X-Forwarded-Host",
              "evil",
              "X-Forwarded-Port",
              "1",
              "Forwarded",
              "for=6.6.6.6",
              "X_Forwarded_For",
              "6.6.6.6",
              "X-Postern-Vpce",
              "vpce-1",
              "X-Postern-Tenant",
              "acme",
              "Via",
              "1.1 other")
          .answer();
      Head head = server.awaitRequest(0).head();
      assertThat(head.field("x-forwarded-for")).isEqualTo("127.0.0.1");
      assertThat(head.field("x-forwarded-proto")).isEqualTo("https");
      assertThat(head.field("x-forwarded-host")).isEqualTo("localhost");
      assertThat(head.field("x-forwarded-port"))
          .isEqualTo(Integer.toString(proxy.address().getPort()));
      assertThat(head.field("forwarded")).isEqualTo("for=127.0.0.1;host=localhost;proto=https");
      assertThat(head.raw().toLowerCase(Locale.ROOT))
          .doesNotContain("x_forwarded_for", "x-postern", "6.6.6.6");
      assertThat(String.join(", ", head.values("via")))
          .isEqualTo("1.1 other, " + (version == Version.H1 ? "1.1" : "2") + " postern");
    }
  }

  @ParameterizedTest
  @EnumSource
  void hostAndTargetArePassedOnAsTheyAre(Version version) {
    try (Client client = version.connect(proxy)) {
      client.request("GET", "/a%20b/./c//d?q=%2F&r=a%20b", "X-Mine", "a,  b").answer();
      Request request = server.awaitRequest(0);
      assertThat(request.target()).isEqualTo("/a%20b/./c//d?q=%2F&r=a%20b");
      assertThat(request.head().field("host")).isEqualTo("localhost");
      assertThat(request.head().field("x-mine")).isEqualTo("a,  b");
      assertThat(proxy.record().target.toString()).isEqualTo("/a%20b/./c//d?q=%2F&r=a%20b");
    }
  }

  @Test
  void whatConnectionNamesStays() {
    try (Client client = Version.H1.connect(proxy)) {
      client
          .request(
              "GET",
              "/",
              "Connection",
              "keep-alive, X-Secret, Authorization",
              "X-Secret",
              "1",
              "Keep-Alive",
              "5",
              "TE",
              "trailers",
              "Upgrade",
              "h2c",
              "Proxy-Connection",
              "x",
              "Authorization",
              "Basic x")
          .answer();
      Head head = server.awaitRequest(0).head();
      assertThat(head.values("x-secret")).isEmpty();
      assertThat(head.values("keep-alive")).isEmpty();
      assertThat(head.values("te")).isEmpty();
      assertThat(head.values("upgrade")).isEmpty();
      assertThat(head.values("proxy-connection")).isEmpty();
      assertThat(head.values("connection")).isEmpty();
      assertThat(head.field("authorization")).isEqualTo("Basic x");
    }
  }

  @ParameterizedTest
  @EnumSource
  void ofTheResponseToo(Version version) {
    server.otherwise(
        new Respond(
            Response.of(200, "ok")
                .with("Connection", "keep-alive, X-Inner", "X-Inner", "1", "Keep-Alive", "5")
                .with("Set-Cookie", "a=1", "Set-Cookie", "b=2", "Server", "theirs")));
    try (Client client = version.connect(proxy)) {
      Answer answer = client.get("/");
      assertThat(answer.values("x-inner")).isEmpty();
      assertThat(answer.values("keep-alive")).isEmpty();
      assertThat(answer.values("connection")).isEmpty();
      assertThat(answer.values("set-cookie")).containsExactly("a=1", "b=2");
      assertThat(answer.field("server")).isEqualTo("theirs");
      assertThat(answer.field("via")).isEqualTo("1.1 postern");
    }
  }

  @Test
  void crumbsOfACookieAreJoined() {
    try (Client client = Version.H2.connect(proxy)) {
      client.request("GET", "/", "cookie", "a=1", "x", "y", "cookie", "b=2").answer();
      assertThat(server.awaitRequest(0).head().values("cookie")).containsExactly("a=1; b=2");
    }
  }

  @Test
  void aWholeUriIsSentOnAsAPath() {
    try (RawClient client = Version.h1(proxy)) {
      client.send("GET http://other.test/x?y HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(client.readAnswer().status()).as("the URI wins over Host").isEqualTo(421);
      client.send("GET https://localhost/x?y HTTP/1.1\r\nHost: other.test\r\n\r\n");
      assertThat(client.readAnswer().status()).isEqualTo(200);
      Request request = server.awaitRequest(0);
      assertThat(request.target()).isEqualTo("/x?y");
      assertThat(request.head().field("host")).isEqualTo("localhost");
    }
  }

  @Test
  void optionsOfAllIsPassedOn() {
    for (Version version : Version.values()) {
      try (Client client = version.connect(proxy)) {
        assertThat(client.request("OPTIONS", "*").answer().status()).isEqualTo(200);
      }
    }
    assertThat(server.requests()).extracting(Request::target).containsExactly("*", "*");
  }
}
