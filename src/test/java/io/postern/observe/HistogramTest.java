package io.postern.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBucket;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Where a duration is counted. */
final class HistogramTest {

  private final Histogram histogram = Histogram.ofLag();

  /** The upper bounds, in seconds, of the buckets that have something; each once for each. */
  private List<Double> filled() {
    return histogram.snapshot(Labels.EMPTY).getClassicBuckets().stream()
        .filter(bucket -> bucket.getCount() > 0)
        .map(ClassicHistogramBucket::getUpperBound)
        .toList();
  }

  @Test
  void aBoundBelongsToWhatIsBelow() {
    histogram.record(1_000_000);
    assertThat(filled()).containsExactly(0.001);
  }

  @Test
  void whatIsAboveABoundIsInTheNext() {
    histogram.record(1_000_001);
    assertThat(filled()).containsExactly(0.0025);
  }

  @Test
  void theLastHasNoBound() {
    histogram.record(3_600_000_000_000L);
    assertThat(filled()).containsExactly(Double.POSITIVE_INFINITY);
  }

  @Test
  void aClockThatWentBackMakesNoSumSmaller() {
    histogram.record(-5);
    assertThat(filled()).containsExactly(0.001);
    assertThat(histogram.snapshot(Labels.EMPTY).getSum()).isZero();
  }

  @Test
  void theSumIsInSeconds() {
    histogram.record(1_500_000_000L);
    histogram.record(250_000_000L);
    assertThat(histogram.snapshot(Labels.EMPTY).getSum()).isCloseTo(1.75, within(1e-9));
    assertThat(histogram.snapshot(Labels.EMPTY).getCount()).isEqualTo(2);
  }
}
