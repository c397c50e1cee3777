package io.postern.shaping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose turn it is, where some wait no more and weights change. */
class FairQueueTest {

  private static final long MILLIS = 1_000_000;
  private static final Share ONE = new Share(1);
  private static final Share OTHER = new Share(1);

  private final FairQueue<String> queue = new FairQueue<>();

  private List<String> order() {
    List<String> order = new ArrayList<>();
    for (FairQueue.Entry<String> next = queue.poll(); next != null; next = queue.poll()) {
      order.add(next.waiter() == null ? "debt of " + next.cost() : next.waiter());
    }
    return order;
  }

  @Test
  void whoLeavesIsOut() {
    queue.add(ONE, 5, 100, "first");
    FairQueue.Entry<String> gone = queue.add(ONE, 5, 100, "gone");
    queue.add(ONE, 5, 100, "last");
    queue.leave(gone, 0);
    queue.leave(gone, 100);
    assertThat(order()).containsExactly("first", "last");
    assertThat(queue.isEmpty()).isTrue();
  }

  @Test
  void theLastOfAShareTakesItsTurnWithIt() {
    FairQueue.Entry<String> gone = queue.add(ONE, 5, 100, "gone");
    queue.add(OTHER, 5, 100, "other");
    queue.leave(gone, 0);
    assertThat(order()).containsExactly("other");
    queue.leave(queue.add(ONE, 5, 100, "gone"), 0);
    assertThat(queue.isEmpty()).isTrue();
    assertThat(queue.poll()).isNull();
  }

  @Test
  void whoseTurnHasComeLeavesNothing() {
    FairQueue.Entry<String> served = queue.add(ONE, 5, 100, "served");
    queue.add(ONE, 5, 100, "next");
    assertThat(queue.poll()).isSameAs(served);
    queue.leave(served, 100);
    assertThat(order()).containsExactly("next");
    queue.leave(served, 100);
    assertThat(queue.isEmpty()).isTrue();
  }

  @Test
  void aDebtGoesBeforeItsPrecedenceAndBehindHigherOnes() {
    queue.add(ONE, 5, 100, "waits");
    queue.leave(queue.add(ONE, 5, 30, "gone"), 30);
    queue.owe(ONE, 5, 12);
    queue.add(ONE, 9, 100, "higher");
    queue.owe(ONE, 1, 7);
    assertThat(order()).containsExactly("higher", "debt of 42", "waits", "debt of 7");
  }

  @Test
  void anotherShareDoesNotWaitForAWholeDebt() {
    queue.owe(ONE, 5, 3 * FairQueue.PART + 1);
    queue.add(OTHER, 5, 2 * FairQueue.PART, "other");
    queue.add(OTHER, 5, 100, "other again");
    String part = "debt of " + FairQueue.PART;
    assertThat(order()).containsExactly(part, "other", part, "other again", part, "debt of 1");
  }

  /** Any number of those that come and leave, behind one that has precedence. */
  @Test
  void thoseThatAreGoneTakeNoRoom() {
    RateQueue<String> link = new RateQueue<>(1_000_000, 0);
    link.last(0, ONE, 5, 1_000_000);
    for (int i = 0; i < 1000; i++) {
      FairQueue.Entry<String> gone = link.pass(0, ONE, 5, 1000, "gone");
      link.leave(Objects.requireNonNull(gone));
    }
    assertThat(link.pass(0, OTHER, 5, 0, "other")).isNotNull();
    assertThat(link.pass(0, ONE, 5, 0, "waits")).isNotNull();
    Map<String, Long> turns = new HashMap<>();
    for (long millis = 0; millis < 2500; millis++) {
      String next = link.next(millis * MILLIS);
      if (next != null) {
        turns.put(next, millis);
      }
    }
    assertThat(turns).containsOnlyKeys("other", "waits");
    assertThat(turns.get("other")).isBetween(990L, 1070L);
    assertThat(turns.get("waits")).as("what has passed is paid for").isBetween(1985L, 1995L);
    assertThat(link.delay(2500 * MILLIS)).isEqualTo(-1);
  }

  @Test
  void anotherRateHoldsForWhatIsOwed() {
    RateQueue<String> link = new RateQueue<>(1000, 0);
    link.last(0, ONE, 5, 1000);
    assertThat(link.pass(0, ONE, 5, 1000, "waits")).isNotNull();
    assertThat(link.delay(0)).isEqualTo(990 * MILLIS);
    link.change(500 * MILLIS, 2000);
    assertThat(link.delay(500 * MILLIS)).isEqualTo(240 * MILLIS);
    link.change(500 * MILLIS, 500);
    assertThat(link.delay(500 * MILLIS)).isEqualTo(990 * MILLIS);
    link.open(600 * MILLIS);
    assertThat(link.next(600 * MILLIS)).isEqualTo("waits");
    assertThat(link.pass(600 * MILLIS, ONE, 5, 1L << 40, "more")).isNull();
    assertThat(link.pass(600 * MILLIS, ONE, 5, 1L << 40, "more")).isNull();
  }

  @Test
  void anotherWeightHoldsForWhatWaits() {
    Share heavy = new Share(1);
    for (int i = 0; i < 100; i++) {
      queue.add(heavy, 5, 100, "heavy");
      queue.add(OTHER, 5, 100, "other");
    }
    heavy.weigh(9);
    long first = order().stream().limit(100).filter("heavy"::equals).count();
    assertThat(first).isCloseTo(90, within(2L));
  }

  /** Many shares come and go, some of them in vain, and all is served that has not left. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void whatHasNotLeftIsServed(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Share> shares = new ArrayList<>();
    Map<FairQueue.Entry<String>, Long> waiting = new HashMap<>();
    long owed = 0;
    long paid = 0;
    for (int i = 0; i < 50_000; i++) {
      long cost = 1 + random.nextLong(200_000);
      if (i % 50 == 0) {
        shares.addFirst(new Share(1 + random.nextInt(3)));
      }
      Share share = shares.get(random.nextInt(Math.min(100, shares.size())));
      switch (random.nextInt(5)) {
        case 0 -> {
          for (var gone : waiting.entrySet().stream().limit(1).toList()) {
            queue.leave(gone.getKey(), gone.getValue());
            waiting.remove(gone.getKey());
          }
        }
        case 1 -> {
          queue.owe(share, random.nextInt(10), cost);
          owed += cost;
        }
        case 2, 3 -> {
          waiting.put(queue.add(share, random.nextInt(10), cost, "waits"), cost);
          owed += cost;
        }
        default -> paid += poll(waiting);
      }
    }
    while (!queue.isEmpty()) {
      paid += poll(waiting);
    }
    assertThat(waiting).isEmpty();
    assertThat(paid).isEqualTo(owed);
  }

  private long poll(Map<FairQueue.Entry<String>, Long> waiting) {
    FairQueue.Entry<String> next = queue.poll();
    if (next == null) {
      return 0;
    }
    assertThat(waiting.remove(next) == null).isEqualTo(next.waiter() == null);
    return next.cost();
  }
}
