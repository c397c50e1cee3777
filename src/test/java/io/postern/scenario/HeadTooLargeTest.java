package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.testkit.Field;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A head with too many bytes or too many fields is answered 431. */
class HeadTooLargeTest {

  private final Refusals refusals = new Refusals();

  @AfterEach
  void close() {
    refusals.close();
  }

  @Test
  void bytesOverH1() {
    refusals.overH1(
        "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "a".repeat(40_000), Reason.HEAD_TOO_LARGE);
  }

  @Test
  void fieldsOverH1() {
    refusals.overH1(
        "GET / HTTP/1.1\r\nHost: localhost\r\n" + "X: 1\r\n".repeat(100) + "\r\n",
        Reason.HEAD_TOO_LARGE);
  }

  @Test
  void bytesOverH2() {
    refusals.overH2(Refusals.h2("x", "a".repeat(40_000)), Reason.HEAD_TOO_LARGE);
  }

  @Test
  void fieldsOverH2() {
    List<Field> request = Refusals.h2("x", "0");
    for (int i = 0; i < 100; i++) {
      request.add(new Field("x", "1"));
    }
    refusals.overH2(request, Reason.HEAD_TOO_LARGE);
  }

  /** More than is read at all: what is left of the block is thrown away. */
  @Test
  void farTooManyBytesOverH2() {
    List<Field> request = Refusals.h2("x", "0");
    for (int i = 0; i < 20; i++) {
      request.add(new Field("x", "a".repeat(4_000)));
    }
    refusals.overH2(request, Reason.HEAD_TOO_LARGE);
  }

  @Test
  void whatIsWithinTheBoundsIsServed() {
    try (Client client = Version.H1.connect(refusals.proxy)) {
      assertThat(client.request("GET", "/", "X", "a".repeat(32_000)).answer().status())
          .isEqualTo(200);
    }
  }
}
