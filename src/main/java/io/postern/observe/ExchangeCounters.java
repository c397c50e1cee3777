package io.postern.observe;

import io.postern.observe.Metrics.Points;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * Finished exchanges by the class of their status, {@code 1xx} to {@code 5xx}, and the content of
 * them. Any thread may count.
 */
final class ExchangeCounters {

  private static final String[] CLASSES = {"1xx", "2xx", "3xx", "4xx", "5xx"};

  private final LongAdder[] counts =
      Stream.generate(LongAdder::new).limit(CLASSES.length).toArray(LongAdder[]::new);
  private final LongAdder received = new LongAdder();
  private final LongAdder sent = new LongAdder();

  /** Counts an exchange; 499 is one of the 4xx. */
  void count(ExchangeRecord record) {
    counts[Math.clamp(record.status / 100, 1, CLASSES.length) - 1].increment();
    if (record.bytesReceived > 0) {
      received.add(record.bytesReceived);
    }
    if (record.bytesSent > 0) {
      sent.add(record.bytesSent);
    }
  }

  /** Gives the count of each class; the class is the last label. */
  void collect(Points points, String... labels) {
    for (int i = 0; i < CLASSES.length; i++) {
      String[] all = Arrays.copyOf(labels, labels.length + 1);
      all[labels.length] = CLASSES[i];
      points.add(counts[i].sum(), all);
    }
  }

  /** Gives the bytes of content that came from clients. */
  void collectReceived(Points points, String... labels) {
    points.add(received.sum(), labels);
  }

  /** Gives the bytes of content that went to clients. */
  void collectSent(Points points, String... labels) {
    points.add(sent.sum(), labels);
  }

  /** All of it, for people who look. */
  Traffic traffic(String name) {
    long requests = 0;
    for (LongAdder each : counts) {
      requests += each.sum();
    }
    return new Traffic(
        name, requests, counts[CLASSES.length - 1].sum(), received.sum(), sent.sum());
  }

  /** Gives something of what is counted. */
  interface Collector {
    void collect(ExchangeCounters counters, Points points, String... labels);
  }
}
