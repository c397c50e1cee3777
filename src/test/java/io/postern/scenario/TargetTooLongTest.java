package io.postern.scenario;

import io.postern.fault.Reason;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A request line beyond the bound of a head is answered 414. */
class TargetTooLongTest {

  private final Refusals refusals = new Refusals();

  @AfterEach
  void close() {
    refusals.close();
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
