package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.testkit.Field;
import io.postern.testkit.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** CONNECT and names that are no method are answered 501. */
class MethodUnsupportedTest {

  private final Refusals refusals = new Refusals();

  @AfterEach
  void close() {
    refusals.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"CONNECT localhost:443", "A-METHOD-OF-MORE-THAN-32-CHARACTERS /"})
  void overH1(String request) {
    refusals.overH1(request + " HTTP/1.1\r\nHost: localhost\r\n\r\n", Reason.METHOD_UNSUPPORTED);
  }

  @Test
  void overH2() {
    refusals.overH2(
        Field.list(":method", "CONNECT", ":authority", "localhost:443"), Reason.METHOD_UNSUPPORTED);
  }

  @Test
  void aMethodThatNobodyKnowsIsPassedOn() {
    for (Version version : Version.values()) {
      try (Client client = version.connect(refusals.proxy)) {
        assertThat(client.request("BREW", "/pot").answer().status()).isEqualTo(200);
      }
    }
    assertThat(refusals.server.requests()).extracting(Request::method).containsOnly("BREW");
  }
}
