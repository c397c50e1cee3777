package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A target beyond its bound, or a request line beyond that of a head, is answered 414. */
class TargetTooLongTest {

  private final Refusals refusals = new Refusals();

  @AfterEach
  void close() {
    refusals.close();
  }

  /** The bound of a target is 16 KiB. */
  @Test
  void ofATargetOverH1() {
    refusals.overH1(
        "GET /" + "a".repeat(16 * 1024) + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
        Reason.TARGET_TOO_LONG);
  }

  @Test
  void ofATargetOverH2() {
    refusals.overH2(Refusals.h2(":path", "/" + "a".repeat(16 * 1024)), Reason.TARGET_TOO_LONG);
  }

  @ParameterizedTest
  @EnumSource
  void theBoundItselfIsAllowed(Version version) {
    try (Client client = version.connect(refusals.proxy)) {
      String target = "/" + "a".repeat(16 * 1024 - 1);
      assertThat(client.get(target).status()).isEqualTo(200);
      assertThat(refusals.server.awaitRequest(0).target()).isEqualTo(target);
    }
  }

  @Test
  void overH1() {
    refusals.overH1("GET /" + "a".repeat(40_000), Reason.TARGET_TOO_LONG);
  }

  /** One bound for the whole block: a field section does not tell its target apart. */
  @Test
  void overH2() {
    refusals.overH2(Refusals.h2(":path", "/" + "a".repeat(40_000)), Reason.HEAD_TOO_LARGE);
  }
}
