package io.postern.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When responders are asked again. */
class OcspFetcherTest {

  @ParameterizedTest
  @CsvSource({
    "PT168H, PT1H, PT48M",
    "PT1H, PT30M, PT24M",
    "PT90S, PT1M, PT1M",
    "PT30S, PT30S, PT30S",
    "PT0S, PT0S, PT0S",
    "PT-1M, PT0S, PT0S",
  })
  void atHalfOfWhatIsLeft(Duration left, Duration latest, Duration soonest) {
    assertThat(OcspFetcher.refreshAfter(left, 0)).isEqualTo(latest);
    assertThat(OcspFetcher.refreshAfter(left, 1)).isEqualTo(soonest);
  }

  @ParameterizedTest
  @CsvSource({
    "1, PT1S, PT0.8S",
    "2, PT2S, PT1.6S",
    "11, PT17M4S, PT13M39.2S",
    "13, PT1H, PT48M",
    "1000000, PT1H, PT48M",
  })
  void afterFailuresTwiceAsLateEachTime(int failures, Duration latest, Duration soonest) {
    assertThat(OcspFetcher.retryAfter(failures, 0)).isEqualTo(latest);
    assertThat(OcspFetcher.retryAfter(failures, 1)).isEqualTo(soonest);
  }
}
