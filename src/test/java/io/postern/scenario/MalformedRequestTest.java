package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.testkit.RawClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is not valid HTTP is answered 400, or reset over HTTP/2, and goes nowhere. */
class MalformedRequestTest {

  private final Refusals refusals = new Refusals();

  @AfterEach
  void close() {
    refusals.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET  / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
        "GET / HTTP/1.1\nHost: localhost\n\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: local host\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nX: \u0000\r\n\r\n"
      })
  void overH1(String request) {
    refusals.overH1(request, Reason.MALFORMED_REQUEST);
  }

  @Test
  void overH2() {
    refusals.malformedOverH2(Refusals.h2("UPPER", "x"), Reason.MALFORMED_REQUEST);
  }

  @ParameterizedTest
  @ValueSource(strings = {"connection", "transfer-encoding", "upgrade", "keep-alive"})
  void aFieldOfHttp1ConnectionsOverH2(String name) {
    refusals.malformedOverH2(Refusals.h2(name, "chunked"), Reason.MALFORMED_REQUEST);
  }

  @Test
  void aHostThatIsNotTheAuthorityOverH2() {
    refusals.malformedOverH2(Refusals.h2("host", "other.test"), Reason.MALFORMED_REQUEST);
  }

  @Test
  void theAnswerComesBehindThoseOfRequestsBefore() {
    try (RawClient client = Version.h1(refusals.proxy)) {
      client.send(Refusals.NEXT + "BROKEN\r\n\r\n");
      assertThat(client.readAnswer().text()).isEqualTo("ok");
      Refusals.check(client.readAnswer(), Reason.MALFORMED_REQUEST);
    }
    assertThat(refusals.proxy.record().terminationCode()).isEqualTo("--");
    refusals.requireRecord(Reason.MALFORMED_REQUEST, "PR");
  }
}
