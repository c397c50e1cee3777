package io.postern.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.config.Place;
import io.postern.config.PoolConfig;
import io.postern.config.RetryConfig.Reason;
import io.postern.config.Share;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Retries are a share of the requests, and a few besides; in simulated time. */
class RetryBudgetTest {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private static RetryBudget budget(int percent, int perSecond) {
    Place nowhere = new Place("", "", new Place.Position(1, 1), Map.of());
    return new RetryBudget(new PoolConfig.RetryBudget(nowhere, new Share(percent), perSecond), 0);
  }

  @ParameterizedTest
  @CsvSource({"20, 0, 1000", "20, 10, 1000", "50, 0, 100", "5, 3, 20", "0, 7, 500", "0, 0, 500"})
  void ofAServerThatFailsHalf(int percent, int perSecond, int requestsPerSecond) {
    RetryBudget budget = budget(percent, perSecond);
    Random random = new Random(7);
    int seconds = 600;
    long retries = 0;
    long wanted = 0;
    for (int i = 0; i < seconds * requestsPerSecond; i++) {
      long now = (long) i * SECOND / requestsPerSecond;
      budget.request();
      if (random.nextBoolean()) {
        wanted++;
        retries += budget.take(Reason.STATUS, now) ? 1 : 0;
      }
    }
    double allowed = requestsPerSecond * percent / 100.0 + perSecond;
    assertThat((double) retries).isLessThanOrEqualTo(allowed * (seconds + 10));
    assertThat((double) retries)
        .isGreaterThanOrEqualTo(Math.min(allowed * seconds * 0.95, wanted * 0.95));
    assertThat(budget.denied()).isEqualTo(wanted - retries);
    assertThat(budget.retries(Reason.STATUS)).isEqualTo(retries);
  }

  @Test
  void aQuietDaySavesUpNothing() {
    RetryBudget budget = budget(20, 1);
    for (int i = 0; i < 1_000_000; i++) {
      budget.request();
    }
    long now = 86_400 * SECOND;
    long burst = 0;
    while (budget.take(Reason.RESPONSE_TIMEOUT, now)) {
      burst++;
    }
    // Of 11.6 requests in a second, in some ten seconds.
    assertThat(burst).isBetween(25L, 34L);
    long later = 0;
    for (int tenth = 1; tenth <= 100; tenth++) {
      later += budget.take(Reason.RESPONSE_TIMEOUT, now + tenth * SECOND / 10) ? 1 : 0;
    }
    assertThat(later).isBetween(9L, 10L);
  }

  @Test
  void whatNoServerHasWorkedOnIsFree() {
    RetryBudget budget = budget(0, 0);
    for (int i = 0; i < 100; i++) {
      assertThat(budget.take(Reason.CONNECT, 0)).isTrue();
      assertThat(budget.take(Reason.REFUSED_STREAM, 0)).isTrue();
    }
    assertThat(budget.take(Reason.RESET_BEFORE_RESPONSE, 0)).isFalse();
    assertThat(budget.denied()).isEqualTo(1);
  }

  @Test
  void aClockThatGoesBackGivesNothing() {
    RetryBudget budget = budget(0, 1);
    long now = 100 * SECOND;
    while (budget.take(Reason.STATUS, now)) {
      // until there is none left
    }
    assertThat(budget.take(Reason.STATUS, now - 50 * SECOND)).isFalse();
    assertThat(budget.take(Reason.STATUS, now)).isFalse();
    assertThat(budget.take(Reason.STATUS, now + 2 * SECOND)).isTrue();
  }
}
