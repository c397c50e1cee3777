package io.postern.exchange;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.Supplier;

/**
 * The first of many by some order, and how many there were. Used by one thread at a time.
 *
 * @param <T> what there are many of
 */
public final class Foremost<T> {

  private record Ranked<T>(long rank, T what) {}

  private final int most;
  private final PriorityQueue<Ranked<T>> first =
      new PriorityQueue<>(Comparator.comparingLong(Ranked::rank));
  private long all;

  /** None yet; so many are kept. */
  public Foremost(int most) {
    this.most = most;
  }

  /**
   * One more.
   *
   * @param rank those with the highest are first
   * @param made asked only where it is one of the first so far
   */
  public void add(long rank, Supplier<T> made) {
    all++;
    if (first.size() < most) {
      first.add(new Ranked<>(rank, made.get()));
    } else if (most > 0 && rank > first.element().rank) {
      first.remove();
      first.add(new Ranked<>(rank, made.get()));
    }
  }

  /** Those that others have found as well. */
  public void add(Foremost<T> others) {
    others.first.forEach(each -> add(each.rank, each::what));
    all += others.all - others.first.size();
  }

  /** How many there were. */
  public long all() {
    return all;
  }

  /** The first of them, in order. */
  public List<T> inOrder() {
    List<Ranked<T>> sorted = new ArrayList<>(first);
    sorted.sort(Comparator.comparingLong((Ranked<T> each) -> each.rank).reversed());
    return sorted.stream().map(Ranked::what).toList();
  }
}
