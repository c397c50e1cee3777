package io.postern.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long an answer holds. */
class DnsDiscoveryTest {

  @ParameterizedTest
  @CsvSource({"0,5", "4,5", "5,5", "42,42", "300,300", "301,300", "4294967295,300"})
  void anAnswerHoldsAsLongAsItSaysWithinBounds(long seconds, long held) {
    long pause = DnsDiscovery.pause(seconds, Duration.ofSeconds(5), Duration.ofMinutes(5));
    assertThat(Duration.ofNanos(pause).toSeconds()).isEqualTo(held);
  }
}
