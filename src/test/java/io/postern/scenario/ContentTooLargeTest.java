package io.postern.scenario;

import io.postern.fault.Reason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A length beyond any number is not taken for another one. */
class ContentTooLargeTest {

  private final Refusals refusals = new Refusals();

  @AfterEach
  void close() {
    refusals.close();
  }

  @Test
  void overH1() {
    refusals.overH1(
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999\r\n\r\n",
        Reason.CONTENT_TOO_LARGE);
  }

  @Test
  void overH2() {
    refusals.overH2(
        Refusals.h2("content-length", "99999999999999999999"), Reason.CONTENT_TOO_LARGE);
  }
}
