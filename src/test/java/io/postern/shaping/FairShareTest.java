package io.postern.shaping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tenants that share a limited bandwidth, in simulated time. */
class FairShareTest {

  private static final long MILLIS = 1_000_000;
  private static final long SECOND = 1000 * MILLIS;

  /** A tenant: its weight, how much it would send, and over how many connections. */
  private static final class Tenant {

    final Share share;
    final int weight;
    final double wanted;
    final int connections;
    long bytes;
    long longestWait;

    Tenant(int weight, double wanted, int connections) {
      this.share = new Share(weight);
      this.weight = weight;
      this.wanted = wanted;
      this.connections = connections;
    }
  }

  /** A connection that brings a piece, and the next when it may, on the way for a millisecond. */
  private static final class Source {

    final Tenant tenant;
    long since;

    Source(Tenant tenant) {
      this.tenant = tenant;
    }

    /** As often as what is wanted asks for, but not before the last has arrived. */
    long nextAt(long now, SplittableRandom random) {
      tenant.longestWait = Math.max(tenant.longestWait, now - since);
      double perPiece = 128.5 * 1024 * SECOND / tenant.wanted * tenant.connections;
      long pause = Math.max(MILLIS, (long) (perPiece * 2 * random.nextDouble()));
      return Math.max(now + MILLIS, since + pause);
    }
  }

  private record Event(long at, long number, @Nullable Source source) {}

  private static List<Source> sources(List<Tenant> tenants) {
    List<Source> sources = new ArrayList<>();
    for (Tenant each : tenants) {
      for (int i = 0; i < each.connections; i++) {
        sources.add(new Source(each));
      }
    }
    return sources;
  }

  /** Runs for so long; a warm-up of a tenth does not count. */
  private static void run(long seed, long rate, List<Tenant> tenants, long nanos) {
    SplittableRandom random = new SplittableRandom(seed);
    RateQueue<Source> queue = new RateQueue<>(rate, 0);
    PriorityQueue<Event> events =
        new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
    for (Source each : sources(tenants)) {
      events.add(new Event(random.nextLong(MILLIS), events.size(), each));
    }
    long number = events.size();
    boolean called = false;
    while (!events.isEmpty() && events.element().at < nanos) {
      Event event = events.remove();
      long now = event.at;
      Source source = event.source;
      List<Source> goOn = new ArrayList<>();
      if (source != null) {
        int piece = 1024 + random.nextInt(255 * 1024);
        source.since = now;
        if (now > nanos / 10) {
          source.tenant.bytes += piece;
        }
        if (queue.pass(now, source.tenant.share, 5, piece, source) == null) {
          goOn.add(source);
        }
      }
      for (Source next = queue.next(now); next != null; next = queue.next(now)) {
        goOn.add(next);
      }
      for (Source next : goOn) {
        events.add(new Event(next.nextAt(now, random), number++, next));
      }
      called &= source != null;
      long delay = called ? -1 : queue.delay(now);
      if (delay >= 0) {
        called = true;
        events.add(new Event(now + delay, number++, null));
      }
    }
  }

  /** What each gets where nobody can get more without one getting less who has no more than he. */
  private static Map<Tenant, Double> maxMin(double rate, List<Tenant> tenants) {
    Map<Tenant, Double> shares = new HashMap<>();
    List<Tenant> open = new ArrayList<>(tenants);
    open.sort(Comparator.comparingDouble(each -> each.wanted / each.weight));
    double left = rate;
    while (!open.isEmpty()) {
      double level = left / open.stream().mapToInt(each -> each.weight).sum();
      Tenant least = open.removeFirst();
      double gets = Math.min(least.wanted, level * least.weight);
      shares.put(least, gets);
      left -= gets;
    }
    return shares;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void maxMinHolds(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double rate = 100e6;
    List<Tenant> tenants = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      double wanted = random.nextInt(3) == 0 ? 1e12 : 1e6 + random.nextDouble() * 12e6;
      tenants.add(new Tenant(1 + random.nextInt(4), wanted, 4 + random.nextInt(60)));
    }
    long nanos = 60 * SECOND;
    run(seed, (long) rate, tenants, nanos);
    double counted = 0.9 * nanos / SECOND;
    maxMin(rate, tenants)
        .forEach(
            (tenant, share) ->
                assertThat(tenant.bytes / counted)
                    .as("weight %d, %.0f wanted", tenant.weight, tenant.wanted)
                    .isCloseTo(share, within(0.1 * share)));
    assertThat(tenants.stream().mapToLong(each -> each.bytes).sum() / counted)
        .isCloseTo(rate, within(0.01 * rate));
  }

  @Test
  void weightsWithinTwoPercent() {
    List<Tenant> tenants =
        Arrays.asList(new Tenant(1, 1e12, 100), new Tenant(2, 1e12, 8), new Tenant(7, 1e12, 30));
    run(9, 50_000_000, tenants, 120 * SECOND);
    double all = tenants.stream().mapToLong(each -> each.bytes).sum();
    for (Tenant each : tenants) {
      assertThat(each.bytes / all).isCloseTo(each.weight / 10.0, within(0.02 * each.weight / 10));
    }
  }

  /** However many connections the greedy one has. */
  @Test
  void whoWantsLittleHardlyWaits() {
    Tenant greedy = new Tenant(1, 1e12, 1000);
    Tenant modest = new Tenant(1, 10e6, 4);
    run(10, 100_000_000, List.of(greedy, modest), 30 * SECOND);
    // A piece of the greedy one, and pieces of its own others.
    assertThat(modest.longestWait).isLessThan(15 * MILLIS);
    assertThat(greedy.longestWait).isGreaterThan(SECOND);
  }

  @Test
  void whatIsNotLimitedByOthersPassesAtOnce() {
    Tenant alone = new Tenant(1, 50e6, 20);
    run(11, 100_000_000, List.of(alone), 30 * SECOND);
    assertThat(alone.bytes / 27.0).isCloseTo(50e6, within(3e6));
    assertThat(alone.longestWait).isLessThan(25 * MILLIS);
  }

  @Test
  void precedenceGoesFirstAmongOneTenantsOnly() {
    Share one = new Share(1);
    Share other = new Share(1);
    FairQueue<String> queue = new FairQueue<>();
    queue.add(one, 5, 100, "one: data");
    queue.add(one, 5, 100, "one: data 2");
    queue.add(one, 9, 100, "one: control");
    queue.add(other, 0, 100, "other: data");
    queue.add(other, 0, 100, "other: data 2");
    List<String> order = new ArrayList<>();
    for (FairQueue.Entry<String> next = queue.poll(); next != null; next = queue.poll()) {
      order.add(next.waiter());
    }
    assertThat(order)
        .containsExactly(
            "one: control", "other: data", "one: data", "other: data 2", "one: data 2");
    assertThat(queue.isEmpty()).isTrue();
  }

  @Test
  void whatNobodyWaitsForIsPaidForToo() {
    RateQueue<String> queue = new RateQueue<>(1000, 0);
    queue.last(0, Share.OF_UNKNOWN, 5, 500);
    queue.last(0, Share.OF_UNKNOWN, 5, 500);
    assertThat(queue.pass(0, Share.OF_UNKNOWN, 5, 0, "waits")).isNotNull();
    assertThat(queue.delay(0)).isEqualTo(490 * MILLIS);
    assertThat(queue.next(491 * MILLIS)).isNull();
    assertThat(queue.next(989 * MILLIS)).isNull();
    assertThat(queue.next(991 * MILLIS)).isEqualTo("waits");
    assertThat(queue.delay(991 * MILLIS)).isEqualTo(-1);
  }
}
