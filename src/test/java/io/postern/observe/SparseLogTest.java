package io.postern.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.LogLines;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class SparseLogTest {

  private long now = Long.MAX_VALUE - 5; // it may run over

  @Test
  void saysTheFirstAtOnceAndThenNowAndThen() {
    try (LogLines lines = LogLines.warningsOf(SparseLogTest.class)) {
      SparseLog log = new SparseLog(LoggerFactory.getLogger(SparseLogTest.class), () -> now);
      for (int i = 0; i < 1000; i++) {
        int number = i;
        log.warn(() -> "number " + number);
      }
      assertThat(lines.all()).containsExactly("number 0");
      now += SparseLog.PERIOD_NANOS;
      log.warn(() -> "another");
      log.warn(() -> "and another");
      assertThat(lines.all()).containsExactly("number 0", "another (and 999 more before it)");
      now += 10 * SparseLog.PERIOD_NANOS;
      log.warn(() -> "the last");
      assertThat(lines.all()).last().isEqualTo("the last (and 1 more before it)");
    }
  }
}
