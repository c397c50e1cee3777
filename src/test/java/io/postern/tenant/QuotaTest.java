package io.postern.tenant;

import static io.postern.tenant.Quota.Verdict.ENTERS;
import static io.postern.tenant.Quota.Verdict.TOO_FAST;
import static io.postern.tenant.Quota.Verdict.TOO_MANY;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.bucket4j.TimeMeter;
import io.postern.config.Rate;
import io.postern.testkit.Unlimited;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How many may be under way, and how many may begin. */
class QuotaTest {

  private long nanos;
  private final TimeMeter clock =
      new TimeMeter() {
        @Override
        public long currentTimeNanos() {
          return nanos;
        }

        @Override
        public boolean isWallClockBased() {
          return false;
        }
      };

  private static long entered(Quota quota, int tries) {
    return IntStream.range(0, tries).filter(_ -> quota.enter() == ENTERS).count();
  }

  @Test
  void anyNumberWhereNothingIsSet() {
    assertThat(entered(new Quota(Unlimited.HANDSHAKES), 100_000)).isEqualTo(100_000);
  }

  @Test
  void soManyAtOnce() {
    Quota quota = new Quota(3, null, 0, clock);
    assertThat(entered(quota, 10)).isEqualTo(3);
    assertThat(quota.enter()).isEqualTo(TOO_MANY);
    quota.leave();
    assertThat(entered(quota, 10)).isEqualTo(1);
  }

  @Test
  void withOtherLimitsItCountsOn() {
    Quota quota = new Quota(3, Rate.parse("100/s"), 0, clock);
    assertThat(entered(quota, 10)).isEqualTo(3);
    Quota fewer = quota.with(2, Rate.parse("10/s"), 0);
    assertThat(fewer.tooMany()).isEqualTo(7);
    assertThat(fewer.enter()).isEqualTo(TOO_MANY);
    quota.leave();
    quota.leave();
    assertThat(fewer.underway()).isEqualTo(1);
    assertThat(entered(fewer, 10)).isEqualTo(1);
    Quota more = fewer.with(0, Rate.parse("10/s"), 0);
    assertThat(entered(more, 10)).as("nine of ten were left, and one is taken").isEqualTo(8);
    assertThat(more.enter()).isEqualTo(TOO_FAST);
    Quota free = more.with(0, null, 0);
    assertThat(entered(free, 1000)).isEqualTo(1000);
    assertThat(free.tooFast()).isEqualTo(more.tooFast());
    assertThat(entered(free.with(0, Rate.parse("10/s"), 20), 100)).isEqualTo(20);
  }

  @Test
  void soManyInATime() {
    Quota quota = new Quota(0, Rate.parse("100/s"), 0, clock);
    assertThat(entered(quota, 1000)).as("a whole second's may come at once").isEqualTo(100);
    assertThat(quota.enter()).isEqualTo(TOO_FAST);
    nanos += Duration.ofMillis(250).toNanos();
    assertThat(entered(quota, 1000)).isEqualTo(25);
    nanos += Duration.ofHours(1).toNanos();
    assertThat(entered(quota, 1000)).isEqualTo(100);
  }

  @Test
  void whatIsTooManyTakesNothingOfTheRate() {
    Quota quota = new Quota(1, Rate.parse("2/m"), 0, clock);
    assertThat(quota.enter()).isEqualTo(ENTERS);
    assertThat(quota.enter()).isEqualTo(TOO_MANY);
    quota.leave();
    assertThat(quota.enter()).isEqualTo(ENTERS);
    quota.leave();
    assertThat(quota.enter()).isEqualTo(TOO_FAST);
    nanos += Duration.ofSeconds(30).toNanos();
    assertThat(quota.enter()).isEqualTo(ENTERS);
  }
}
