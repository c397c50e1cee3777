package io.postern.observe;

import io.postern.observe.Metrics.Points;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** Exchanges by the class of their status, {@code 1xx} to {@code 5xx}. Any thread may count. */
public final class StatusCounters {

  private static final String[] CLASSES = {"1xx", "2xx", "3xx", "4xx", "5xx"};

  private final LongAdder[] counts =
      Stream.generate(LongAdder::new).limit(CLASSES.length).toArray(LongAdder[]::new);

  /** None yet. */
  public StatusCounters() {}

  /** Counts an exchange that ended with this status; 499 is one of the 4xx. */
  public void count(int status) {
    counts[Math.clamp(status / 100, 1, CLASSES.length) - 1].increment();
  }

  /** Gives the count of each class; the class is the last label. */
  public void collect(Points points, String... labels) {
    for (int i = 0; i < CLASSES.length; i++) {
      String[] all = Arrays.copyOf(labels, labels.length + 1);
      all[labels.length] = CLASSES[i];
      points.add(counts[i].sum(), all);
    }
  }
}
