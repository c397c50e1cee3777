package io.postern.shaping;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
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
 * <p>What nobody waits for, or nobody any more, is a debt of its share. The debts of a precedence
 * are one, so that they take no room however many have come and gone; it is paid before others of
 * its precedence go on, in parts, so that other shares do not wait for the whole of it.
 *
 * <p>Owned by one thread, or guarded by its owner.
 *
 * @param <W> who is told that it is its turn
 */
final class FairQueue<W> {

  /** Of a debt, so much is paid at a time. */
  static final long PART = 64 * 1024;

  private static final long BEFORE_ALL = -1;
  private static final int FEW_LINES = 64;

  /** A piece that waits. */
  static final class Entry<W> {

    private final Line<W> line;
    private final int precedence;
    private final long number;
    private final @Nullable W waiter;
    private long cost;

    private Entry(Line<W> line, int precedence, long number, long cost, @Nullable W waiter) {
      this.line = line;
      this.precedence = precedence;
      this.number = number;
      this.cost = cost;
      this.waiter = waiter;
    }

    /** In the unit of what is scarce. */
    long cost() {
      return cost;
    }

    /** Null where nobody waits for it, and it only counts. */
    @Nullable W waiter() {
      return waiter;
    }

    private int precedence() {
      return precedence;
    }

    private long number() {
      return number;
    }
  }

  /** Of a share: what of it waits, and where it stands in the order of all. */
  private static final class Line<W> {

    private final Share share;
    private final TreeSet<Entry<W>> entries =
        new TreeSet<>(
            Comparator.<Entry<W>>comparingInt(Entry::precedence)
                .reversed()
                .thenComparingLong(Entry::number));
    private double start;
    private double finish;
    private long since;

    Line(Share share) {
      this.share = share;
    }

    private double start() {
      return start;
    }

    private long since() {
      return since;
    }

    /** There is one. */
    private Entry<W> next() {
      Entry<W> first = entries.getFirst();
      if (first.waiter == null && first.cost > PART) {
        first.cost -= PART;
        return new Entry<>(this, first.precedence, first.number, PART, null);
      }
      entries.remove(first);
      return first;
    }

    private void owe(int precedence, long cost) {
      Entry<W> debt = new Entry<>(this, precedence, BEFORE_ALL, cost, null);
      if (!entries.add(debt)) {
        entries.floor(debt).cost += cost;
      }
    }
  }

  private final Map<Share, Line<W>> lines = new HashMap<>();
  private final TreeSet<Line<W>> turns =
      new TreeSet<>(
          Comparator.<Line<W>>comparingDouble(Line::start).thenComparingLong(Line::since));
  private int manyLines = FEW_LINES;
  private double now;
  private long numbers;

  boolean isEmpty() {
    return turns.isEmpty();
  }

  /** One more waits. */
  Entry<W> add(Share share, int precedence, long cost, W waiter) {
    Line<W> line = line(share);
    Entry<W> entry = new Entry<>(line, precedence, numbers++, cost, waiter);
    boolean first = line.entries.isEmpty();
    line.entries.add(entry);
    if (first) {
      enter(line, Math.max(now, line.finish));
    }
    return entry;
  }

  /** So much has been taken, and nobody waits for more. */
  void owe(Share share, int precedence, long cost) {
    Line<W> line = line(share);
    boolean first = line.entries.isEmpty();
    line.owe(precedence, cost);
    if (first) {
      enter(line, Math.max(now, line.finish));
    }
  }

  /**
   * Takes out who waits no more; does nothing where its turn has come.
   *
   * @param taken what it has taken before it waited, which stays a debt; may be 0
   */
  void leave(Entry<W> entry, long taken) {
    Line<W> line = entry.line;
    if (!line.entries.remove(entry)) {
      return;
    }
    if (taken > 0) {
      line.owe(entry.precedence, taken);
    } else if (line.entries.isEmpty()) {
      turns.remove(line);
      forgetWhereEmpty();
    }
  }

  /** Takes out whose turn it is, or a part of a debt; null where nothing waits. */
  @Nullable Entry<W> poll() {
    Line<W> line = turns.pollFirst();
    if (line == null) {
      return null;
    }
    Entry<W> entry = line.next();
    now = line.start;
    line.finish = line.start + (double) entry.cost / line.share.weight();
    if (!line.entries.isEmpty()) {
      enter(line, line.finish);
    } else {
      forgetWhereEmpty();
    }
    return entry;
  }

  private void forgetWhereEmpty() {
    if (turns.isEmpty()) {
      lines.clear(); // nobody waits, so nobody is ahead of anybody
      manyLines = FEW_LINES;
      now = 0;
    }
  }

  /** That of a share. Those of shares that have nothing here and are not ahead are forgotten. */
  private Line<W> line(Share share) {
    if (lines.size() >= manyLines) {
      lines.values().removeIf(each -> each.entries.isEmpty() && each.finish <= now);
      manyLines = Math.max(FEW_LINES, 2 * lines.size());
    }
    return lines.computeIfAbsent(share, Line::new);
  }

  private void enter(Line<W> line, double start) {
    line.start = start;
    line.since = numbers++;
    turns.add(line);
  }
}
