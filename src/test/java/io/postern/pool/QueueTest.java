package io.postern.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is called when there is room, by precedence and then by arrival, and that nobody is not. */
class QueueTest {

  /** What loops would do, when the test says so. */
  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

  private final List<One> served = new ArrayList<>();
  private final List<One> displaced = new ArrayList<>();

  /** One that waits for room in the queue alone. */
  private final class One implements Queue.Waiter {
    private final Queue queue;
    private final int precedence;
    private final long arrived;
    private boolean choosy;
    private @Nullable Object home;
    private Queue.@Nullable Ticket ticket;

    /** It can use what is open at this home. */
    One at(Object where) {
      home = where;
      return this;
    }

    @Override
    public @Nullable Object home() {
      return home;
    }

    /** It can never use what room there is. */
    One choosy() {
      choosy = true;
      return this;
    }

    One(Queue queue, int precedence, long arrived) {
      this.queue = queue;
      this.precedence = precedence;
      this.arrived = arrived;
    }

    boolean enter() {
      ticket = queue.enter(this, tasks::add);
      return ticket != null;
    }

    @Override
    public int precedence() {
      return precedence;
    }

    @Override
    public long arrived() {
      return arrived;
    }

    @Override
    public boolean isChoosy() {
      return choosy;
    }

    @Override
    public void onCall() {
      if (ticket != null && !choosy && queue.begin()) {
        ticket.leave();
        served.add(this);
      } else if (ticket != null) {
        ticket.failed();
      }
    }

    @Override
    public void onDisplaced() {
      displaced.add(this);
    }
  }

  private void settle() {
    for (Runnable next = tasks.poll(); next != null; next = tasks.poll()) {
      next.run();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void byPrecedenceThenArrival(long seed) {
    Random random = new Random(seed);
    Queue queue = new Queue(1000, 3);
    for (int i = 0; i < 3; i++) {
      assertThat(queue.begin()).isTrue();
    }
    List<One> all = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      One one = new One(queue, random.nextInt(Queue.PRECEDENCES), random.nextInt(50));
      all.add(one);
      assertThat(one.enter()).isTrue();
      if (random.nextInt(10) == 0) {
        settle();
      }
    }
    settle();
    assertThat(served).isEmpty();
    while (queue.waiting() > 0) {
      queue.end();
      settle();
    }
    all.sort(
        Comparator.comparingInt((One one) -> one.precedence)
            .reversed()
            .thenComparingLong(one -> one.arrived));
    assertThat(served)
        .extracting(one -> one.precedence + "/" + one.arrived)
        .isEqualTo(all.stream().map(one -> one.precedence + "/" + one.arrived).toList());
  }

  @Test
  void whoComesLaterDoesNotPass() {
    Queue queue = new Queue(10, 1);
    assertThat(queue.begin()).isTrue();
    One waits = new One(queue, 5, 1);
    waits.enter();
    assertThat(queue.isAhead(5)).isTrue();
    assertThat(queue.isAhead(4)).isTrue();
    assertThat(queue.isAhead(6)).isFalse();
    queue.end();
    assertThat(queue.isAhead(5)).as("called, and not served yet").isTrue();
    settle();
    assertThat(queue.isAhead(0)).isFalse();
    assertThat(served).containsExactly(waits);
  }

  @Test
  void whoLeavesPassesItsCallOn() {
    Queue queue = new Queue(10, 1);
    assertThat(queue.begin()).isTrue();
    One leaves = new One(queue, 5, 1);
    One stays = new One(queue, 5, 2);
    leaves.enter();
    stays.enter();
    settle();
    queue.end(); // calls the first
    assertThat(leaves.ticket).isNotNull();
    assertThat(leaves.ticket != null && leaves.ticket.leave()).isTrue();
    settle();
    assertThat(served).containsExactly(stays);
    assertThat(queue.waiting()).isZero();
  }

  /** Those of a home are called for what only they can use, and pass the first a few times. */
  @Test
  void whatIsOpenAtAHome() {
    Queue queue = new Queue(100, 1);
    assertThat(queue.begin()).isTrue();
    assertThat(queue.isKeptFor("here")).as("nobody waits").isTrue();
    One first = new One(queue, 5, 1).at("elsewhere");
    assertThat(first.enter()).isTrue();
    settle();
    assertThat(queue.isKeptFor("here")).as("nobody here waits").isFalse();
    assertThat(queue.isLeftTo("here")).isFalse();
    assertThat(queue.isLeftTo("elsewhere")).isTrue();
    int passed = 0;
    for (int i = 0; i < 20; i++) {
      One next = new One(queue, 5, 2 + i).at("here");
      assertThat(next.enter()).isTrue();
      settle();
      if (queue.isKeptFor("here")) {
        queue.giveBack();
        queue.roomAt("here");
        settle();
        assertThat(next.ticket).isNotNull();
        passed++;
      }
    }
    assertThat(passed).isEqualTo(8);
    assertThat(served).hasSize(8).doesNotContain(first);
    assertThat(queue.isLeftTo("here")).as("the first has waited long enough").isFalse();
    assertThat(queue.isKeptFor("elsewhere")).as("it is the first one's").isTrue();
    queue.end();
    settle();
    assertThat(served).contains(first);
  }

  /** What is left to one who waits at a home is told to that one, be it first in line or not. */
  @Test
  void whoeverItIsLeftToIsCalled() {
    Queue queue = new Queue(100, 1);
    assertThat(queue.begin()).isTrue();
    One first = new One(queue, 5, 1).at("elsewhere");
    One choosy = new One(queue, 5, 2).at("here").choosy();
    One here = new One(queue, 5, 3).at("here");
    assertThat(first.enter()).isTrue();
    assertThat(choosy.enter()).isTrue();
    settle();
    assertThat(queue.isLeftTo("here")).as("only one who cannot use it waits there").isFalse();
    assertThat(here.enter()).isTrue();
    settle();
    queue.giveBack();
    settle();
    assertThat(served).as("nobody was told").isEmpty();
    assertThat(queue.isLeftTo("here")).isTrue();
    settle();
    assertThat(served).containsExactly(here);
  }

  /** A home of which it is known how often it was held against another. */
  private static final class Home {
    private static long asked;

    @Override
    public boolean equals(@Nullable Object other) {
      asked++;
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }
  }

  /** Clients whose connections are theirs alone leave a long line without looking through it. */
  @Test
  void whoLeavesALongLineLooksAtFew() {
    int clients = 2_000;
    Queue queue = new Queue(clients, 1);
    assertThat(queue.begin()).isTrue();
    List<Home> homes = new ArrayList<>();
    List<One> all = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      Home home = new Home();
      One one = new One(queue, 5, i).at(home);
      homes.add(home);
      all.add(one);
      assertThat(one.enter()).isTrue();
    }
    settle();
    Home.asked = 0;
    for (int i = 0; i < clients; i++) {
      One one = all.get(i);
      queue.roomAt(homes.get(i));
      assertThat(one.ticket != null && one.ticket.leave()).isTrue();
      settle();
    }
    assertThat(queue.waiting()).isZero();
    assertThat(Home.asked).isLessThan(100L * clients);
  }

  /** One that has tried the server which has room holds up nobody, be it before them or not. */
  @Test
  void whoCannotUseTheRoomHoldsUpNobody() {
    Queue queue = new Queue(10, 1);
    assertThat(queue.begin()).isTrue();
    One choosy = new One(queue, 5, 1).choosy();
    One next = new One(queue, 5, 2);
    One last = new One(queue, 5, 3);
    choosy.enter();
    next.enter();
    last.enter();
    settle();
    queue.end();
    settle();
    assertThat(served).containsExactly(next);
    queue.end();
    settle();
    assertThat(served).containsExactly(next, last);
    queue.end();
    settle();
    One late = new One(queue, 5, 4);
    late.enter();
    settle();
    assertThat(served).containsExactly(next, last, late);
  }

  @Test
  void roomThatIsMadeDuringAVainTryIsSeen() {
    Queue queue = new Queue(10, 1);
    assertThat(queue.begin()).isTrue();
    Queue.@Nullable Ticket[] ticket = new Queue.Ticket[1];
    int[] calls = {0};
    ticket[0] =
        queue.enter(
            new Queue.Waiter() {
              @Override
              public int precedence() {
                return 5;
              }

              @Override
              public long arrived() {
                return 1;
              }

              @Override
              public boolean isChoosy() {
                return false;
              }

              @Override
              public void onCall() {
                if (++calls[0] == 1) {
                  queue.end(); // just after it has looked
                }
                if (ticket[0] != null && calls[0] == 1) {
                  ticket[0].failed();
                }
              }

              @Override
              public void onDisplaced() {}
            },
            tasks::add);
    settle();
    assertThat(calls[0]).isEqualTo(2);
  }

  @Test
  void aFullOneMakesPlaceForPrecedence() {
    Queue queue = new Queue(2, 1);
    assertThat(queue.begin()).isTrue();
    One first = new One(queue, 3, 1);
    One second = new One(queue, 3, 2);
    assertThat(first.enter()).isTrue();
    assertThat(second.enter()).isTrue();
    assertThat(new One(queue, 3, 0).enter()).as("no precedence").isFalse();
    One urgent = new One(queue, 4, 3);
    assertThat(urgent.enter()).isTrue();
    settle();
    assertThat(displaced).containsExactly(second);
    assertThat(queue.waiting()).isEqualTo(2);
    queue.end();
    settle();
    queue.end();
    settle();
    assertThat(served).containsExactly(urgent, first);
  }
}
