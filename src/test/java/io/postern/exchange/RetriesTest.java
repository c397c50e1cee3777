package io.postern.exchange;

import static io.postern.exchange.Retries.Next.ANOTHER_SERVER;
import static io.postern.exchange.Retries.Next.NONE;
import static io.postern.exchange.Retries.Next.SAME_SERVER;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.config.Configs;
import io.postern.config.RetryConfig;
import io.postern.config.RetryConfig.Reason;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What follows an attempt that failed, and when. */
class RetriesTest {

  private static final String ALL =
      "reasons: [connect, refused-stream, reset-before-response, response-timeout, status]";

  private static Retries retries(String keys) {
    return new Retries(config(keys));
  }

  private static RetryConfig config(String keys) {
    return Configs.of(
            """
            listeners: {edge: {bind: "127.0.0.1:0"}}
            routes: [{name: all, pool: app, retry: {%s}}]
            pools: {app: {servers: [{address: "a:1"}]}}
            """
                .formatted(keys))
        .routes()
        .getFirst()
        .retry();
  }

  @ParameterizedTest
  @EnumSource
  void onlyWhatHarmsNobodyTwice(Reason why) {
    boolean free = why == Reason.CONNECT || why == Reason.REFUSED_STREAM;
    assertThat(retries(ALL).after(why, true, true, false)).isEqualTo(ANOTHER_SERVER);
    assertThat(retries(ALL).after(why, false, true, false)).isEqualTo(free ? ANOTHER_SERVER : NONE);
    assertThat(retries(ALL).after(why, true, false, false)).isEqualTo(NONE);
    assertThat(retries(ALL).after(why, true, true, true)).isEqualTo(SAME_SERVER);
    assertThat(retries("reasons: []").after(why, true, true, true)).isEqualTo(NONE);
  }

  @Test
  void threeAttemptsAreUsualAndConnectsAreFree() {
    Retries resets = retries("");
    assertThat(resets.after(Reason.RESET_BEFORE_RESPONSE, true, true, false))
        .isEqualTo(ANOTHER_SERVER);
    assertThat(resets.after(Reason.RESET_BEFORE_RESPONSE, true, true, false))
        .isEqualTo(ANOTHER_SERVER);
    assertThat(resets.after(Reason.RESET_BEFORE_RESPONSE, true, true, false)).isEqualTo(NONE);
    Retries connects = retries("");
    for (int i = 0; i < 1000; i++) {
      assertThat(connects.after(Reason.CONNECT, false, true, false)).isEqualTo(ANOTHER_SERVER);
    }
    Retries bounded = retries("attempts: 2");
    assertThat(bounded.after(Reason.CONNECT, false, true, false)).isEqualTo(ANOTHER_SERVER);
    assertThat(bounded.after(Reason.CONNECT, false, true, false)).isEqualTo(NONE);
  }

  @Test
  void theWaitDoublesUpToTenTimes() {
    SplittableRandom random = new SplittableRandom(1);
    Retries retries = retries(ALL + ", attempts: 100, backoff: 10ms");
    for (int attempt = 1; attempt < 100; attempt++) {
      retries.after(Reason.STATUS, true, true, false);
      long most = attempt == 1 ? 0 : Math.min(10, 1L << Math.min(attempt - 2, 30)) * 10;
      long longest = 0;
      for (int i = 0; i < 200; i++) {
        longest = Math.max(longest, retries.backoff(Reason.STATUS, random));
        assertThat(retries.backoff(Reason.CONNECT, random)).isZero();
      }
      assertThat(longest).isLessThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(most));
      assertThat(longest).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(most) / 2);
    }
  }
}
