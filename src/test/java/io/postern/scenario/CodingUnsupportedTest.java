package io.postern.scenario;

import io.postern.fault.Reason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A transfer coding other than chunked is answered 501. */
class CodingUnsupportedTest {

  private final Refusals refusals = new Refusals();

  @AfterEach
  void close() {
    refusals.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip, chunked", "identity, chunked", "x;y=\"chunked\", chunked"})
  void overH1(String coding) {
    refusals.overH1(
        "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: " + coding + "\r\n\r\n",
        Reason.CODING_UNSUPPORTED);
  }
}
