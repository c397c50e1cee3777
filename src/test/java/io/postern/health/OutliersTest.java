package io.postern.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.config.Configs;
import io.postern.config.PassiveCheck;
import io.postern.config.PassiveCheck.FailureRatio;
import io.postern.config.Place;
import io.postern.config.Share;
import io.postern.config.Statuses;
import io.postern.fault.Reason;
import io.postern.pool.Outcomes;
import io.postern.pool.Picker;
import io.postern.pool.Pool;
import io.postern.pool.Roster;
import io.postern.pool.Server;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When servers are ejected, for how long, and how many, with time that is simulated. */
class OutliersTest {

  private static final Place PLACE =
      new Place("t.yaml", "pools.app", new Place.Position(1, 1), Map.of());
  private static final long SECOND = 1_000_000_000L;
  private static final long START = -7 * SECOND; // clocks of this kind may begin anywhere

  /** A pool, its time, and the returns that are due in it. */
  private static final class World implements Outliers.Listener {

    private record Return(Outlier outlier, long number, long at) {}

    final Pool pool;
    final Outliers outliers;
    final List<Duration> ejections = new ArrayList<>();
    final List<String> reasons = new ArrayList<>();
    final PriorityQueue<Return> due = new PriorityQueue<>(Comparator.comparingLong(Return::at));
    long now = START;
    int failures;

    World(int servers, PassiveCheck config) {
      List<String> all = new ArrayList<>();
      for (int i = 0; i < servers; i++) {
        all.add("{address: \"10.0.0.%d:80\"}".formatted(i));
      }
      String keys = "servers: [%s]".formatted(String.join(", ", all));
      pool = Pool.of(Configs.pool("app", keys), Configs.process(), null);
      outliers =
          new Outliers(pool, config, () -> Instant.ofEpochSecond(0, now), Runnable::run, this);
      pool.servers().forEach(outliers::watch);
    }

    Outcomes of(int server) {
      return Objects.requireNonNull(pool.servers().get(server).outcomes());
    }

    World fail(int server, int times) {
      for (int i = 0; i < times; i++) {
        of(server).failed(Reason.SERVER_RESET, now);
      }
      return this;
    }

    /** Lets time go on; who is due returns. */
    World pass(long seconds) {
      long until = now + seconds * SECOND;
      while (!due.isEmpty() && due.peek().at <= until) {
        Return next = due.poll();
        now = next.at;
        outliers.readmit(next.outlier, next.number, now);
      }
      now = until;
      return this;
    }

    boolean isEjected(int server) {
      return pool.servers().get(server).isEjected();
    }

    @Override
    public void onEjected(Outlier outlier, String why, Duration during) {
      ejections.add(during);
      reasons.add(why);
      due.add(new Return(outlier, outlier.server().ejections(), now + during.toNanos()));
    }

    @Override
    public void onReturned(Outlier outlier) {}

    @Override
    public void onFailure(Server server) {
      failures++;
    }
  }

  private static PassiveCheck config(
      int inRow, @Nullable FailureRatio ratio, @Nullable String statuses, int mostShare) {
    return new PassiveCheck(
        PLACE,
        inRow,
        ratio,
        statuses == null ? null : new Statuses(statuses),
        Duration.ofSeconds(30),
        Duration.ofMinutes(5),
        new Share(mostShare));
  }

  private static World inRow(int servers, int mostShare) {
    return new World(servers, config(3, null, null, mostShare));
  }

  @Test
  void failuresInARowEjectAndASuccessBreaksTheRow() {
    World world = inRow(2, 50);
    world.fail(0, 2).of(0).succeeded(world.now);
    world.fail(0, 2);
    assertThat(world.isEjected(0)).isFalse();
    world.fail(0, 1);
    assertThat(world.isEjected(0)).isTrue();
    assertThat(world.reasons).containsExactly("3 failures in a row, lastly server-reset");
    assertThat(world.failures).isEqualTo(5);
    assertThat(world.pool.servers().get(0).state().since())
        .isEqualTo(Instant.ofEpochSecond(0, START));
    assertThat(world.pass(29).isEjected(0)).isTrue();
    assertThat(world.pass(1).isEjected(0)).isFalse();
    assertThat(world.fail(0, 2).isEjected(0)).as("nothing of before counts").isFalse();
  }

  @Test
  void itIsLongerEachTimeInARowAndFallsBack() {
    World world = inRow(2, 50);
    for (long expected : new long[] {30, 60, 120, 240, 300, 300, 300}) {
      assertThat(world.fail(0, 3).ejections.getLast()).isEqualTo(Duration.ofSeconds(expected));
      world.pass(expected);
    }
    world.pass(70); // two doublings less, one more for this time
    assertThat(world.fail(0, 3).ejections.getLast().toSeconds()).isEqualTo(240);
    world.pass(240 + 1000);
    assertThat(world.fail(0, 3).ejections.getLast().toSeconds()).isEqualTo(30);
  }

  @Test
  void neverTheLastOneAndNoMoreThanMayBe() {
    assertThat(inRow(1, 100).fail(0, 50).isEjected(0)).isFalse();
    World two = inRow(2, 100).fail(0, 3).fail(1, 50);
    assertThat(two.isEjected(1)).isFalse();
    World five = inRow(5, 50);
    for (int i = 0; i < 5; i++) {
      five.fail(i, 9);
    }
    assertThat(five.ejections).hasSize(2);
    assertThat(five.pool.readyServers()).isEqualTo(3);
    assertThat(inRow(3, 1).fail(2, 3).isEjected(2)).as("one at least").isTrue();
    World rest = inRow(3, 100);
    rest.pool.servers().get(0).turnDown("status 500", Instant.EPOCH);
    assertThat(rest.fail(1, 3).isEjected(1)).isTrue();
    assertThat(rest.fail(2, 9).isEjected(2)).as("the only one left").isFalse();
  }

  @Test
  void whoIsEjectedStandsInWhereTheLastOtherGoesDown() {
    World world = inRow(2, 50).fail(0, 3);
    world.pool.servers().get(1).turnDown("status 500", Instant.EPOCH);
    world.outliers.onDown(world.now);
    assertThat(world.isEjected(0)).isFalse();
    assertThat(world.pool.readyServers()).isOne();
    world.pool.servers().get(1).turnUp(Instant.EPOCH);
    assertThat(world.pass(10).fail(0, 3).isEjected(0)).isTrue();
    assertThat(world.pass(25).isEjected(0)).as("the return of before is not its own").isTrue();
    assertThat(world.pass(35).isEjected(0)).isFalse();
  }

  /** Where the others leave the pool, who is ejected may be better than nothing. */
  @Test
  void whoIsLeftAloneReturns() {
    World world = new World(2, config(3, null, null, 50));
    assertThat(world.fail(0, 3).isEjected(0)).isTrue();
    List<Server> others = List.of(world.pool.servers().get(1));
    Server left = world.pool.servers().get(0);
    world.pool.discovered(
        List.of(new Roster.Found(left.address(), 100, 0)), Instant.EPOCH, _ -> {});
    world.outliers.forget(others, world.now);
    assertThat(left.isEjected()).isFalse();
    assertThat(world.pool.readyServers()).isOne();
  }

  @Test
  void aShareOfFailuresEjects() {
    FailureRatio half = new FailureRatio(PLACE, new Share(50), Duration.ofSeconds(10), 20);
    World world = new World(2, config(0, half, null, 50));
    for (int i = 0; i < 9; i++) {
      world.of(0).succeeded(world.now);
      world.fail(0, 1);
    }
    assertThat(world.isEjected(0)).as("18 are too few").isFalse();
    world.of(0).succeeded(world.now);
    world.fail(0, 1);
    assertThat(world.isEjected(0)).isTrue();
    assertThat(world.reasons).containsExactly("50% failures or more, lastly server-reset");
  }

  @Test
  void whatIsOlderThanTheWindowDoesNotCount() {
    FailureRatio half = new FailureRatio(PLACE, new Share(50), Duration.ofSeconds(10), 20);
    World world = new World(2, config(0, half, null, 50)).fail(0, 19).pass(11);
    assertThat(world.fail(0, 19).isEjected(0)).isFalse();
    assertThat(world.pass(5).fail(0, 1).isEjected(0)).isTrue();
  }

  @Test
  void statusesCountWhereTheConfigSaysSo() {
    World world = new World(2, config(1, null, "500-599,429", 50));
    assertThat(world.of(0).isFailure(500)).isTrue();
    assertThat(world.of(0).isFailure(429)).isTrue();
    assertThat(world.of(0).isFailure(404)).isFalse();
    assertThat(world.of(0).isFailure(101)).isFalse();
    assertThat(inRow(2, 50).of(0).isFailure(500)).isFalse();
    world.of(1).failed(503, world.now);
    assertThat(world.reasons).containsExactly("1 failure in a row, lastly status 503");
  }

  @Test
  void slotsThatAreFullKeepTheShare() {
    FailureWindow window = new FailureWindow(10 * SECOND);
    for (int i = 0; i < 3_000_000; i++) {
      window.count(i % 4 == 0, 0);
    }
    assertThat(window.isOver(24, 1, 0)).isTrue();
    assertThat(window.isOver(26, 1, 0)).isFalse();
  }

  /**
   * Each server is well for an hour or so and ill for some minutes, and there is one request a
   * second: ejections never take more than they may, and most of what would fail does not.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aMonthOfFlapping(long seed) {
    Random random = new Random(seed);
    World world = inRow(4, 50);
    Picker picker = world.pool.picker(0, random, () -> world.now);
    boolean[] ill = new boolean[4];
    long illRequests = 0;
    long failed = 0;
    long month = 30L * 24 * 3600;
    for (long second = 0; second < month; second++) {
      for (int i = 0; i < 4; i++) {
        ill[i] = ill[i] ? random.nextInt(600) != 0 : random.nextInt(3600) == 0;
        illRequests += ill[i] ? 1 : 0;
      }
      Server server = Objects.requireNonNull(picker.pick(null, Picker.NO_KEY));
      server.finished();
      Outcomes told = Objects.requireNonNull(server.outcomes());
      if (ill[server.index()]) {
        failed++;
        told.failed(Reason.RESPONSE_TIMEOUT, world.now);
      } else {
        told.succeeded(world.now);
      }
      assertThat(world.pool.readyServers()).isGreaterThanOrEqualTo(2);
      world.pass(1);
    }
    assertThat(world.ejections)
        .hasSizeGreaterThan(1000)
        .allMatch(each -> each.toSeconds() >= 30 && each.toSeconds() <= 300);
    assertThat(failed).as("of those that met an ill server by chance").isLessThan(illRequests / 8);
    world.pass(300);
    assertThat(world.pool.readyServers()).isEqualTo(4);
    assertThat(world.due).isEmpty();
  }
}
