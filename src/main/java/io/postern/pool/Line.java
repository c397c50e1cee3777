package io.postern.pool;

import io.postern.pool.Queue.Ticket;
import java.util.Comparator;
import java.util.Iterator;
import java.util.NavigableSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/**
 * Who waits in a {@link Queue}, in order: all of them, and those of each home, so that nobody is
 * looked for among those of others. Shared by all event loops.
 */
final class Line {

  private static final Comparator<Ticket> ORDER =
      Comparator.comparingInt(Ticket::precedence)
          .reversed()
          .thenComparingLong(Ticket::arrived)
          .thenComparingLong(Ticket::number);

  private final NavigableSet<Ticket> all = new ConcurrentSkipListSet<>(ORDER);
  private final ConcurrentHashMap<Object, NavigableSet<Ticket>> ofHomes = new ConcurrentHashMap<>();

  void add(Ticket ticket) {
    Object home = ticket.home();
    if (home != null) {
      ofHomes.compute(
          home,
          (any, known) -> {
            NavigableSet<Ticket> there = known == null ? new ConcurrentSkipListSet<>(ORDER) : known;
            there.add(ticket);
            return there;
          });
    }
    all.add(ticket);
  }

  /** Answers whether it was there. */
  boolean remove(Ticket ticket) {
    boolean was = all.remove(ticket);
    Object home = ticket.home();
    if (was && home != null) {
      ofHomes.computeIfPresent(
          home,
          (any, there) -> {
            there.remove(ticket);
            return there.isEmpty() ? null : there;
          });
    }
    return was;
  }

  boolean contains(Ticket ticket) {
    return all.contains(ticket);
  }

  @Nullable Ticket first() {
    return next(all.iterator());
  }

  @Nullable Ticket last() {
    return next(all.descendingIterator());
  }

  private static @Nullable Ticket next(Iterator<Ticket> tickets) {
    return tickets.hasNext() ? tickets.next() : null;
  }

  /** Calls the first who is not called yet. */
  void call() {
    call(all);
  }

  /** The same of those behind one. */
  void callBehind(Ticket ticket) {
    call(all.tailSet(ticket, false));
  }

  /** Calls the first of those of a home who is not called yet; answers whether there is one. */
  boolean callAt(Object home) {
    NavigableSet<Ticket> there = ofHomes.get(home);
    return there != null && call(there);
  }

  private static boolean call(Iterable<Ticket> among) {
    for (Ticket each : among) {
      if (each.call()) {
        return true;
      }
    }
    return false;
  }

  /** The first of those of a home that is not choosy; null for none. */
  @Nullable Ticket firstPlainAt(Object home) {
    NavigableSet<Ticket> there = ofHomes.get(home);
    if (there != null) {
      for (Ticket each : there) {
        if (!each.isChoosy()) {
          return each;
        }
      }
    }
    return null;
  }
}
