package io.postern.observe;

import io.postern.observe.Metrics.Points;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * A counter for each constant of an enum. Any thread may count, without a lock; the map is filled
 * once and is an array underneath.
 */
public final class Counters<E extends Enum<E>> {

  private final EnumMap<E, LongAdder> counts;

  /** All at 0. */
  public Counters(Class<E> type) {
    counts = new EnumMap<>(type);
    for (E key : type.getEnumConstants()) {
      counts.put(key, new LongAdder());
    }
  }

  /** Counts one. */
  public void increment(E key) {
    adder(key).increment();
  }

  /** So many more, or fewer. */
  public void add(E key, long change) {
    adder(key).add(change);
  }

  /** What was counted so far. */
  public long of(E key) {
    return adder(key).sum();
  }

  /** By label, such as {@code cut-short}, in the order of the constants; zeroes too. */
  Map<String, Long> byLabel() {
    Map<String, Long> counted = new LinkedHashMap<>();
    counts.forEach((key, count) -> counted.put(label(key), count.sum()));
    return counted;
  }

  static String label(Enum<?> key) {
    return key.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @SuppressWarnings("NullAway") // the constructor put one in for every key
  private LongAdder adder(E key) {
    return counts.get(key);
  }

  /** Gives the count of each constant; its name, such as {@code client-gone}, is the last label. */
  public void collect(Points points, String... labels) {
    counts.forEach(
        (key, count) -> {
          String[] all = Arrays.copyOf(labels, labels.length + 1);
          all[labels.length] = label(key);
          points.add(count.sum(), all);
        });
  }
}
