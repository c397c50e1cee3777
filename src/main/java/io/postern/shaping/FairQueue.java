package io.postern.shaping;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * What waits for its part of something scarce. The shares that have anything here take turns so
 * that each gets as much as its weight says, however much it has and in whatever pieces: start-time
 * fair queueing (Goyal, Vin and Cheng, 1996). Within a share the higher precedence goes first, then
 * what came first.
 *
 * <p>Of a share that does not use up its part the others take the rest; what it did not use is not
 * made up for later.
 *
 * <p>Owned by one thread, or guarded by its owner.
 *
 * @param <W> who is told that it is its turn
 */
final class FairQueue<W> {

  /**
   * A piece that waits.
   *
   * @param cost in the unit of what is scarce
   * @param waiter null where nobody waits for it, and it only counts
   */
  record Entry<W>(long number, int precedence, long cost, @Nullable W waiter) {}

  /** Of a share: what of it waits, and where it stands in the order of all. */
  private static final class Line<W> {

    private final double weight;
    private final PriorityQueue<Entry<W>> entries =
        new PriorityQueue<>(
            Comparator.<Entry<W>>comparingInt(Entry::precedence)
                .reversed()
                .thenComparingLong(Entry::number));
    private double start;
    private double finish;
    private long since;

    Line(Share share) {
      this.weight = share.weight();
    }

    private double start() {
      return start;
    }

    private long since() {
      return since;
    }
  }

  private final Map<Share, Line<W>> lines = new HashMap<>();
  private final PriorityQueue<Line<W>> turns =
      new PriorityQueue<>(
          Comparator.<Line<W>>comparingDouble(Line::start).thenComparingLong(Line::since));
  private double now;
  private long numbers;
  private int size;

  boolean isEmpty() {
    return size == 0;
  }

  /** One more waits. */
  void add(Share share, int precedence, long cost, @Nullable W waiter) {
    Line<W> line = lines.computeIfAbsent(share, Line::new);
    boolean first = line.entries.isEmpty();
    line.entries.add(new Entry<>(numbers++, precedence, cost, waiter));
    size++;
    if (first) {
      enter(line, Math.max(now, line.finish));
    }
  }

  /** Takes out whose turn it is; null where nothing waits. */
  @Nullable Entry<W> poll() {
    Line<W> line = turns.poll();
    Entry<W> entry = line == null ? null : line.entries.poll();
    if (line == null || entry == null) {
      return null;
    }
    size--;
    now = line.start;
    line.finish = line.start + entry.cost / line.weight;
    if (!line.entries.isEmpty()) {
      enter(line, line.finish);
    } else if (size == 0) {
      lines.clear(); // nobody waits, so nobody is ahead of anybody
      now = 0;
    }
    return entry;
  }

  private void enter(Line<W> line, double start) {
    line.start = start;
    line.since = numbers++;
    turns.add(line);
  }
}
