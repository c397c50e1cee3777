package io.postern.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.postern.config.Config;
import io.postern.config.Configs;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which servers of a pool are near enough, what becomes of it as they go, and of who comes back.
 */
class NearnessTest {

  private static final int PICKS = 20_000;
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private long now;

  private static Pool pool(String process, String keys) {
    Config config =
        Configs.of(
            """
            listeners: {edge: {bind: "127.0.0.1:0"}}
            routes: [{name: all, pool: app}]
            pools: {app: {%s}}
            process: {%s}
            """
                .formatted(keys, process));
    return Pool.of(Objects.requireNonNull(config.pools().get("app")), config.process(), null);
  }

  private double[] shares(Pool pool) {
    Picker picker = pool.picker(0, new Random(1), () -> now);
    return shares(picker, pool);
  }

  private double[] shares(Picker picker, Pool pool) {
    double[] shares = new double[pool.servers().size()];
    for (int i = 0; i < PICKS; i++) {
      Server server = picker.pick(null, Picker.NO_KEY);
      if (server != null) {
        shares[server.index()] += 1.0 / PICKS;
        server.finished();
      }
    }
    return shares;
  }

  private static void down(Pool pool, int... servers) {
    for (int server : servers) {
      pool.servers().get(server).turnDown("status 500", Instant.EPOCH);
    }
  }

  private static void requireShares(double[] shares, double... expected) {
    for (int i = 0; i < expected.length; i++) {
      assertThat(shares[i]).as("server " + i).isCloseTo(expected[i], within(0.02));
    }
  }

  private static final String PLACES =
      """
      servers: [{address: "a:1", zone: z1, region: r1}, {address: "b:1", zone: z2, region: r1},
                {address: "c:1", zone: z9, region: r2}, {address: "d:1", zone: z1, region: r1, tier: 1}]
      """;

  @ParameterizedTest
  @ValueSource(strings = {"round-robin", "random", "least-outstanding"})
  void ourZoneThenOurRegionThenOthersThenTheNextTier(String policy) {
    Pool pool = pool("zone: z1, region: r1", PLACES + ", balance: " + policy);
    assertThat(pool.servers()).extracting(Server::group).containsExactly(0, 1, 2, 3);
    assertThat(pool.servers()).extracting(Server::isFar).containsExactly(false, true, true, false);
    requireShares(shares(pool), 1, 0, 0, 0);
    down(pool, 0);
    requireShares(shares(pool), 0, 1, 0, 0);
    down(pool, 1);
    requireShares(shares(pool), 0, 0, 1, 0);
    down(pool, 2);
    requireShares(shares(pool), 0, 0, 0, 1);
    pool.servers().get(0).turnUp(Instant.EPOCH);
    requireShares(shares(pool), 1, 0, 0, 0);
  }

  @Test
  void withoutAPlaceOfOurOwnOnlyTiersCount() {
    Pool pool = pool("eventLoops: 0", PLACES);
    assertThat(pool.servers()).extracting(Server::group).containsExactly(0, 0, 0, 1);
    requireShares(shares(pool), 0.333, 0.333, 0.333, 0);
  }

  /** Of five near ones; what they cannot take is shared by the two far ones. */
  @ParameterizedTest
  @CsvSource({"0, 1.00", "1, 1.00", "2, 0.84", "3, 0.56", "4, 0.28", "5, 0.00"})
  void theFarTierTakesOverInStepsAndGivesBack(int failed, double near) {
    StringBuilder servers = new StringBuilder();
    for (int i = 0; i < 7; i++) {
      servers.append("{address: \"s%d:1\", tier: %d},".formatted(i, i < 5 ? 0 : 1));
    }
    Pool pool = pool("", "servers: [" + servers + "]");
    down(pool, IntStream.range(0, failed).toArray());
    double[] shares = shares(pool);
    assertThat(IntStream.range(0, 5).mapToDouble(i -> shares[i]).sum())
        .isCloseTo(near, within(0.02));
    assertThat(shares[5]).isCloseTo((1 - near) / 2, within(0.02));
    for (Server server : pool.servers().subList(0, failed)) {
      server.turnUp(Instant.EPOCH);
    }
    assertThat(IntStream.range(0, 5).mapToDouble(i -> shares(pool)[i]).sum())
        .isCloseTo(1, within(0.02));
  }

  @Test
  void whereNobodyNearHasRoomTheNextGroupIsAsked() {
    Pool pool =
        pool(
            "",
            "servers: [{address: \"a:1\"}, {address: \"b:1\", tier: 1}], limits: {requestsPerServer: 1}");
    Picker picker = pool.picker(0, new Random(1), () -> now);
    assertThat(picker.pick(null, Picker.NO_KEY)).isEqualTo(pool.servers().get(0));
    assertThat(picker.pick(null, Picker.NO_KEY)).isEqualTo(pool.servers().get(1));
    assertThat(picker.pick(null, Picker.NO_KEY)).isNull();
  }

  @Test
  void belowTheThresholdAllAreUsedButThoseOffDuty() {
    Pool pool =
        pool(
            "",
            """
            panicThreshold: 50%, servers: [{address: "a:1"}, {address: "b:1"}, {address: "c:1"},
                                           {address: "d:1", state: maint}]
            """);
    down(pool, 0);
    requireShares(shares(pool), 0, 0.5, 0.5, 0);
    down(pool, 1); // one of four is left
    requireShares(shares(pool), 0.333, 0.333, 0.333, 0);
    down(pool, 2);
    requireShares(shares(pool), 0.333, 0.333, 0.333, 0);
    pool.servers().get(0).turnUp(Instant.EPOCH);
    pool.servers().get(1).turnUp(Instant.EPOCH);
    requireShares(shares(pool), 0.5, 0.5, 0, 0);
  }

  /**
   * From a tenth to all of its weight, evenly; those that were always there have it from the start.
   */
  @ParameterizedTest
  @ValueSource(strings = {"round-robin", "random", "least-outstanding"})
  void whoComesBackGetsItsWeightBitByBit(String policy) {
    Pool pool =
        pool(
            "",
            """
            servers: [{address: "a:1"}, {address: "b:1"}], balance: %s,
            health: {slowStart: 20s, active: {type: tcp}}
            """
                .formatted(policy));
    Picker picker = pool.picker(0, new Random(1), () -> now);
    requireShares(shares(picker, pool), 0.5, 0.5);
    down(pool, 1);
    requireShares(shares(picker, pool), 1, 0);
    pool.servers().get(1).turnUp(Instant.EPOCH);
    requireShares(shares(picker, pool), 1 / 1.1, 0.1 / 1.1);
    now += 10 * SECOND;
    requireShares(shares(picker, pool), 1 / 1.5, 0.5 / 1.5);
    now += 9 * SECOND;
    requireShares(shares(picker, pool), 1 / 1.95, 0.95 / 1.95);
    now += SECOND;
    requireShares(shares(picker, pool), 0.5, 0.5);
  }

  /** At a turn of their own, as loops begin, and after other servers were found. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 5})
  void wheneverAPickerBegins(int loop) {
    Pool pool =
        pool(
            "",
            """
            servers: [{address: "10.0.0.1:1"}, {address: "10.0.0.2:1", state: maint}],
            health: {slowStart: 20s, active: {type: tcp}}
            """);
    Picker picker = pool.picker(loop, new Random(1), () -> now);
    requireShares(shares(picker, pool), 1, 0);
    List<Roster.Found> found =
        IntStream.rangeClosed(3, 7)
            .mapToObj(i -> new Roster.Found(new InetSocketAddress("10.0.0." + i, 1), 100, 0))
            .toList();
    Server before = pool.servers().getFirst();
    pool.discovered(found, Instant.EPOCH, _ -> {});
    assertThat(before.isGone()).isTrue();
    assertThat(before.takesBack()).isFalse();
    int[] counts = new int[8];
    for (int i = 0; i < PICKS; i++) {
      Server server = Objects.requireNonNull(picker.pick(null, Picker.NO_KEY));
      counts[server.index()]++;
      server.finished();
    }
    for (int i = 2; i < 7; i++) {
      assertThat(counts[i] / (double) PICKS).isCloseTo(0.2, within(0.01));
    }
  }

  /** Bytes that are still to come count as requests do, one for each MiB. */
  @Test
  void whoHasMuchToPassOnGetsLess() {
    Pool pool =
        pool("", "servers: [{address: \"a:1\"}, {address: \"b:1\"}], balance: least-outstanding");
    Server busy = pool.servers().get(0);
    busy.tryChoose();
    busy.bytesDue(5L << 20);
    pool.servers().get(1).tryChoose();
    pool.servers().get(1).tryChoose();
    requireShares(shares(pool), 0, 1);
    busy.bytesDue(-(5L << 20));
    requireShares(shares(pool), 1, 0);
    busy.bytesDue(Long.MAX_VALUE / 2);
    requireShares(shares(pool), 0, 1);
  }

  /**
   * A key whose server goes comes back to it with it; a far group is chosen for by the key, too.
   */
  @Test
  void keysStayInTheirGroups() {
    StringBuilder servers = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      servers.append("{address: \"s%d:1\", tier: %d},".formatted(i, i < 4 ? 0 : 1));
    }
    Pool pool =
        pool("", "balance: hash, hash: {by: source, balanceFactor: 0}, servers: [" + servers + "]");
    Picker one = pool.picker(0, new Random(1), () -> now);
    Picker other = pool.picker(1, new Random(2), () -> now);
    Random keys = new Random(3);
    for (double near : new double[] {1, 0.7, 0.35}) {
      int stayed = 0;
      for (int i = 0; i < PICKS; i++) {
        long key = keys.nextLong() >>> 1 | 1;
        Server server = Objects.requireNonNull(one.pick(null, key));
        assertThat(other.pick(null, key)).isEqualTo(server);
        stayed += server.group() == 0 ? 1 : 0;
      }
      assertThat(stayed / (double) PICKS).isCloseTo(near, within(0.02));
      down(pool, near == 1 ? new int[] {0, 1} : new int[] {2});
    }
  }
}
