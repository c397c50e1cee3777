package io.postern.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class Http2GlitchesTest {

  private long now = Long.MAX_VALUE - 5; // it may run over
  private final List<Glitch> lastStraws = new ArrayList<>();
  private final Http2Glitches glitches = new Http2Glitches(() -> now, each -> {}, lastStraws::add);

  private int untilTooMany(Glitch glitch) {
    int count = 0;
    while (lastStraws.isEmpty()) {
      glitches.note(glitch);
      count++;
    }
    return count;
  }

  @ParameterizedTest
  @EnumSource
  void aThousandPointsAtOnceAreNotTooMany(Glitch glitch) {
    assertThat(untilTooMany(glitch)).isEqualTo(Http2Glitches.LIMIT / glitch.points() + 1);
    assertThat(lastStraws).containsExactly(glitch);
  }

  @Test
  void whatIsForgivenMayBeDoneForEver() {
    for (int i = 0; i < 100_000; i++) {
      now += TimeUnit.SECONDS.toNanos(1) / (Http2Glitches.FORGIVEN / Glitch.RESET.points());
      glitches.note(Glitch.RESET);
    }
    assertThat(lastStraws).isEmpty();
  }

  @Test
  void aLittleMoreThanThatIsTooMuchInTheEnd() {
    while (lastStraws.isEmpty()) {
      now += TimeUnit.SECONDS.toNanos(1) / (Http2Glitches.FORGIVEN + 1);
      glitches.note(Glitch.PING);
    }
    assertThat(lastStraws).containsExactly(Glitch.PING);
  }

  @Test
  void timeSavesNothingUp() {
    now += TimeUnit.DAYS.toNanos(1);
    assertThat(untilTooMany(Glitch.PING)).isEqualTo(Http2Glitches.LIMIT + 1);
  }

  @Test
  void workSavesUpTenTimesAsMuch() {
    for (int i = 0; i < 100_000; i++) {
      glitches.contentWritten(1);
    }
    assertThat(untilTooMany(Glitch.WINDOW_UPDATE)).isEqualTo(11 * Http2Glitches.LIMIT + 1);
  }

  @Test
  void muchContentIsManyFrames() {
    glitches.contentWritten(1024 * 1024);
    assertThat(untilTooMany(Glitch.WINDOW_UPDATE)).isEqualTo(Http2Glitches.LIMIT + 4 * 65 + 1);
  }

  @Test
  void contentBuysNoOffence() {
    for (int i = 0; i < 1000; i++) {
      glitches.contentWritten(100);
    }
    assertThat(untilTooMany(Glitch.RESET)).isEqualTo(251);
  }

  @Test
  void anExchangeBuysOne() {
    glitches.exchangeDone();
    assertThat(untilTooMany(Glitch.RESET)).isEqualTo(252);
  }

  @Test
  void whatWasUnderWayIsNotLateForNoReason() {
    assertThat(glitches.isLateForNoReason()).isTrue();
    glitches.expectLate();
    for (int i = 0; i < 512; i++) {
      assertThat(glitches.isLateForNoReason()).isFalse();
    }
    assertThat(glitches.isLateForNoReason()).isTrue();
  }
}
