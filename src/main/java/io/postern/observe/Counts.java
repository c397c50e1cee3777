package io.postern.observe;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/**
 * A counter for each constant of an enum. May be used from any thread: the map is never changed.
 *
 * @param <K> what is counted
 */
final class Counts<K extends Enum<K>> {

  private final Map<K, LongAdder> counters;

  Counts(Class<K> type) {
    counters = new EnumMap<>(type);
    for (K kind : type.getEnumConstants()) {
      counters.put(kind, new LongAdder());
    }
  }

  void count(K kind) {
    Objects.requireNonNull(counters.get(kind)).increment();
  }

  /** By label, such as {@code cut-short}, in the order of the constants; zeroes too. */
  Map<String, Long> byLabel() {
    Map<String, Long> counted = new LinkedHashMap<>();
    counters.forEach(
        (kind, counter) ->
            counted.put(kind.name().toLowerCase(Locale.ROOT).replace('_', '-'), counter.sum()));
    return counted;
  }
}
