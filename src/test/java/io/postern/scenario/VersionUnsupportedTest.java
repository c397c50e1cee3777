package io.postern.scenario;

import io.postern.fault.Reason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Another version than 1.0 and 1.1 in a request line is answered 505. */
class VersionUnsupportedTest {

  private final Refusals refusals = new Refusals();

  @AfterEach
  void close() {
    refusals.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP/2.0", "HTTP/0.9", "HTTP/1.2", "HTTP/9.9"})
  void overH1(String version) {
    refusals.overH1("GET / " + version + "\r\nHost: localhost\r\n\r\n", Reason.VERSION_UNSUPPORTED);
  }
}
