package io.postern.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.config.Configs;
import io.postern.config.HostPort;
import io.postern.config.PoolConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PoolTest {

  private static String server(String address, int weight) {
    return "{address: \"%s\", weight: %d}".formatted(address, weight);
  }

  private static Pool pool(String... servers) {
    return pool(PoolConfig.Balance.ROUND_ROBIN, servers);
  }

  private static Pool pool(PoolConfig.Balance policy, String... servers) {
    String hash = policy == PoolConfig.Balance.HASH ? ", hash: {by: source}" : "";
    String keys = "balance: %s, servers: [%s]".formatted(policy, String.join(", ", servers)) + hash;
    return Pool.of(Configs.pool("api", keys), Configs.process(), null);
  }

  private static String label(@Nullable Server server) {
    if (server == null) {
      return "none";
    }
    server.finished(); // what was picked was chosen, too
    return server.label();
  }

  @Test
  void aPoolIsWhatItsSectionSays() {
    Pool pool = pool(server("10.0.0.1:80", 100), server("b.internal:81", 7));
    assertThat(pool.name()).isEqualTo("api");
    assertThat(pool.idle()).isEqualTo(Duration.ofSeconds(55));
    assertThat(pool.idlePerServer()).isEqualTo(256);
    assertThat(pool.servers())
        .extracting(Server::label)
        .containsExactly("10.0.0.1:80", "b.internal:81");
    assertThat(pool.servers()).extracting(Server::weight).containsExactly(100, 7);
    assertThat(pool.servers()).extracting(Server::index).containsExactly(0, 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"10.0.0.1:80", "[2001:db8::1]:443"})
  void anAddressIsResolvedWithoutALookup(String address) {
    Server server = pool(server(address, 1)).servers().getFirst();
    assertThat(server.address().isUnresolved()).isFalse();
    assertThat(server.label()).isEqualTo(address);
    assertThat(server.address().getPort()).isEqualTo(HostPort.parse(address).port());
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:80", "db.internal:5432", "10-0-0-1:80"})
  void aNameIsLeftToTheConnect(String address) {
    Server server = pool(server(address, 1)).servers().getFirst();
    assertThat(server.address().isUnresolved()).isTrue();
    assertThat(server.address().getHostString()).isEqualTo(HostPort.parse(address).host());
  }

  @Test
  void aServerIsNotTriedTwiceByOneExchange() {
    Pool pool = pool(server("a:1", 1), server("b:1", 1000), server("c:1", 10));
    Picker picker = pool.picker(0, new Random(1), () -> 0);
    Tried tried = new Tried();
    List<String> order = new ArrayList<>();
    for (Server next = picker.pick(null, Picker.NO_KEY);
        next != null;
        next = picker.pick(tried, Picker.NO_KEY)) {
      order.add(next.label());
      tried.add(next);
    }
    assertThat(order).containsExactlyInAnyOrder("a:1", "b:1", "c:1");
    assertThat(label(picker.pick(null, Picker.NO_KEY)))
        .as("of another exchange")
        .isNotEqualTo("none");
  }

  @Test
  void aServerWithoutWeightIsNeverPicked() {
    Picker picker = pool(server("a:1", 0), server("b:1", 100)).picker(0, new Random(1), () -> 0);
    for (int i = 0; i < 10; i++) {
      assertThat(label(picker.pick(null, Picker.NO_KEY))).isEqualTo("b:1");
    }
  }

  @ParameterizedTest
  @EnumSource(PoolConfig.Balance.class)
  void aServerThatIsDownIsNotPickedUntilItIsUp(PoolConfig.Balance policy) {
    Pool pool = pool(policy, server("a:1", 100), server("b:1", 100), server("c:1", 0));
    Picker picker = pool.picker(0, new Random(1), () -> 0);
    Server first = pool.servers().getFirst();
    assertThat(pool.readyServers()).isEqualTo(2);
    first.turnDown("status 500", Instant.EPOCH);
    assertThat(pool.readyServers()).isEqualTo(1);
    assertThat(first.state().reason()).isEqualTo("status 500");
    for (int i = 0; i < 20; i++) {
      assertThat(label(picker.pick(null, Picker.NO_KEY))).isEqualTo("b:1");
    }
    pool.servers().get(1).turnDown("", Instant.EPOCH);
    assertThat(pool.readyServers()).isZero();
    assertThat(label(picker.pick(null, Picker.NO_KEY))).isEqualTo("none");
    first.turnUp(Instant.EPOCH);
    assertThat(label(picker.pick(null, Picker.NO_KEY))).isEqualTo("a:1");
    assertThat(first.transitions()).isEqualTo(2);
  }

  @Test
  void whatStandsLastOfSeveralHolds() {
    Server server = pool(server("a:1", 100)).servers().getFirst();
    server.eject("5 failures in a row", Instant.ofEpochSecond(1));
    assertThat(server.state().standing()).isEqualTo(Server.Standing.EJECTED);
    assertThat(server.whyUnusable()).isEqualTo("it is ejected: 5 failures in a row");
    assertThat(server.isUp()).isTrue();
    server.turnDown("status 500", Instant.ofEpochSecond(2));
    assertThat(server.state().standing()).isEqualTo(Server.Standing.DOWN);
    assertThat(server.whyUnusable()).isEqualTo("it is down: status 500");
    server.turnUp(Instant.ofEpochSecond(3));
    assertThat(server.state().since()).isEqualTo(Instant.ofEpochSecond(1));
    assertThat(server.isUsable()).isFalse();
    server.readmit(Instant.ofEpochSecond(4));
    assertThat(server.state())
        .isEqualTo(new Server.State(Server.Standing.READY, "", Instant.ofEpochSecond(4)));
    assertThat(server.whyUnusable()).isNull();
    assertThat(server.ejections()).isOne();
  }

  @ParameterizedTest
  @EnumSource(
      value = PoolConfig.Duty.class,
      names = {"DRAIN", "MAINT"})
  void whatTheOperatorSaysStandsAboveAll(PoolConfig.Duty duty) {
    String out =
        "{address: \"a:1\", state: %s}".formatted(duty.toString().toLowerCase(Locale.ROOT));
    Pool pool = pool(out, server("b:1", 1));
    Server server = pool.servers().getFirst();
    server.turnDown("status 500", Instant.EPOCH);
    server.turnUp(Instant.EPOCH);
    assertThat(server.state().standing().name()).isEqualTo(duty.name());
    assertThat(server.whyUnusable())
        .isEqualTo("its state is " + duty.name().toLowerCase(Locale.ROOT) + ": the config says so");
    assertThat(pool.readyServers()).isOne();
    Picker picker = pool.picker(0, new Random(1), () -> 0);
    for (int i = 0; i < 10; i++) {
      assertThat(label(picker.pick(null, Picker.NO_KEY))).isEqualTo("b:1");
    }
  }

  @Test
  void leastOutstandingLooksAtWhatIsInFlight() {
    Pool pool = pool(PoolConfig.Balance.LEAST_OUTSTANDING, server("a:1", 100), server("b:1", 100));
    Picker picker = pool.picker(0, new Random(1), () -> 0);
    pool.servers().getFirst().tryChoose();
    for (int i = 0; i < 20; i++) {
      assertThat(label(picker.pick(null, Picker.NO_KEY))).isEqualTo("b:1");
    }
  }

  @Test
  void moreServersThanALongHasBitsCanBeTried() {
    String[] servers = new String[130];
    for (int i = 0; i < servers.length; i++) {
      servers[i] = server("10.0.0." + i + ":80", 100);
    }
    Picker picker = pool(servers).picker(0, new Random(1), () -> 0);
    Tried tried = new Tried();
    for (int i = 0; i < servers.length; i++) {
      Server next = Objects.requireNonNull(picker.pick(tried, Picker.NO_KEY));
      assertThat(tried.contains(next)).isFalse();
      tried.add(next);
    }
    assertThat(label(picker.pick(tried, Picker.NO_KEY))).isEqualTo("none");
  }

  @Test
  void theLoopsBeginAtDifferentServers() {
    Pool pool = pool(server("a:1", 100), server("b:1", 100), server("c:1", 100));
    assertThat(label(pool.picker(0, new Random(1), () -> 0).pick(null, Picker.NO_KEY)))
        .isEqualTo("a:1");
    assertThat(label(pool.picker(1, new Random(1), () -> 0).pick(null, Picker.NO_KEY)))
        .isEqualTo("b:1");
    assertThat(label(pool.picker(2, new Random(1), () -> 0).pick(null, Picker.NO_KEY)))
        .isEqualTo("c:1");
    assertThat(label(pool.picker(3, new Random(1), () -> 0).pick(null, Picker.NO_KEY)))
        .isEqualTo("a:1");
  }

  @Test
  void aPickerServesOneThread() throws InterruptedException {
    Picker picker = pool(server("a:1", 100)).picker(0, new Random(1), () -> 0);
    Thread loop = Thread.ofPlatform().start(() -> picker.pick(null, Picker.NO_KEY));
    loop.join();
    assertThatThrownBy(() -> picker.pick(null, Picker.NO_KEY)).isInstanceOf(AssertionError.class);
  }

  @Test
  void aServerCountsFromManyThreads() throws InterruptedException {
    Server server = pool(server("a:1", 100)).servers().getFirst();
    List<Thread> loops = new ArrayList<>();
    for (int loop = 0; loop < 4; loop++) {
      loops.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int i = 0; i < 1000; i++) {
                      server.tryChoose();
                      server.charge();
                      server.finished();
                    }
                    server.tryChoose();
                  }));
    }
    for (Thread loop : loops) {
      loop.join();
    }
    assertThat(server.exchanges()).isEqualTo(4004);
    assertThat(server.faults()).isEqualTo(4000);
    assertThat(server.inFlight()).isEqualTo(4);
  }

  /** Who waits for the count of changes looks at the servers next. */
  @Test
  void aChangeIsCountedWhenItIsSeen() {
    Pool pool = pool(server("127.0.0.1:1", 100));
    List<Long> seen = new ArrayList<>();
    pool.discovered(
        List.of(
            new Roster.Found(new InetSocketAddress(InetAddress.getLoopbackAddress(), 2), 100, 0)),
        Instant.EPOCH,
        added -> seen.add(pool.roster().changes()));

    assertThat(seen).containsExactly(0L);
    assertThat(pool.roster().changes()).isEqualTo(1);
  }
}
