package io.postern;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Which room may know what. The tables are the rules; what breaks one is named with its line.
 *
 * <p>The order of {@link Rooms#IN_ORDER} is total, so that there can be no cycle.
 */
class ArchitectureTest {

  /** A library, and the only rooms that may use it. */
  private record Fence(String library, Set<String> rooms) {}

  /** A call that waits or looks at a clock. */
  private record Call(Class<?> owner, Set<String> methods) {}

  private static final List<Fence> FENCES =
      List.of(
          new Fence("org.yaml.", Set.of("config")),
          new Fence("com.fasterxml.jackson.", Set.of("observe", "config", "admin")),
          new Fence("io.netty.handler.ssl.", Set.of("tls", "listener", "upstream")),
          new Fence("io.netty.internal.tcnative.", Set.of("tls")),
          new Fence("io.netty.handler.codec.http.", Set.of("http")),
          new Fence("io.netty.handler.codec.http2.", Set.of("http")),
          new Fence("io.netty.handler.codec.dns.", Set.of("discovery")),
          new Fence("io.netty.resolver.dns.", Set.of("discovery")),
          new Fence("io.micrometer.", Set.of("observe")),
          new Fence("io.prometheus.", Set.of("observe")),
          new Fence("org.bouncycastle.", Set.of("tls")),
          new Fence("io.github.bucket4j.", Set.of("tenant")),
          new Fence("com.github.benmanes.caffeine.", Set.of("listener")),
          new Fence("picocli.", Set.of("cli")));

  /** Pure rooms: no event loop, no channel. */
  private static final Set<String> WITHOUT_CHANNELS = Set.of("config", "balance", "fault", "route");

  private static final List<Call> CLOCKS_AND_WAITS =
      List.of(
          new Call(System.class, Set.of("nanoTime", "currentTimeMillis")),
          new Call(java.time.Instant.class, Set.of("now")),
          new Call(java.time.Clock.class, Set.of("systemUTC", "systemDefaultZone", "system")),
          new Call(Thread.class, Set.of("sleep", "join")),
          new Call(Object.class, Set.of("wait")),
          new Call(
              Future.class,
              Set.of(
                  "get", "join", "sync", "await", "syncUninterruptibly", "awaitUninterruptibly")),
          new Call(java.util.concurrent.CountDownLatch.class, Set.of("await")),
          new Call(java.util.concurrent.BlockingQueue.class, Set.of("take", "put")),
          new Call(
              java.util.concurrent.locks.LockSupport.class,
              Set.of("park", "parkNanos", "parkUntil")),
          new Call(java.util.concurrent.locks.Lock.class, Set.of("lock", "lockInterruptibly")));

  /** Who may wait or look at a clock all the same, and why. */
  private static final Map<String, String> MAY_WAIT =
      Map.ofEntries(
          Map.entry("event.Events", "dated as a line of the log is; its lock is held for a move"),
          Map.entry("observe.Captures", "its lock is held for some moves in a short queue"),
          Map.entry("observe.RecordQueue", "the log's own thread waits for records"),
          Map.entry(
              "observe.AccessLog", "close waits for the log's thread, on the thread that stops us"),
          Map.entry("observe.SyslogUnixDatagrams", "the log's own thread lets its reader read"),
          Map.entry(
              "listener.Listener", "the thread that starts us waits until the address is bound"),
          Map.entry("runtime.ExchangeLoops", "the thread that stops us waits for the loops"),
          Map.entry("runtime.EventLoops", "the same"),
          Map.entry("runtime.ListenerUpkeep", "the same waits for the last bytes"),
          Map.entry("runtime.Drain", "the thread that stops us waits for what is in flight"),
          Map.entry(
              "runtime.Swap", "the thread of the lookout waits until new servers are checked"),
          Map.entry("discovery.Discovery", "the same waits until an event loop looks no more"),
          Map.entry(
              "shaping.Link", "its lock is held for some hundred nanoseconds by whoever has it"),
          Map.entry("cli.Service", "the main thread waits for a signal"),
          Map.entry("cli.RunCommand", "the main thread waits until Netty is set up"),
          Map.entry("cli.DemoServerCommand", "the same"),
          Map.entry("cli.TopCommand", "the main thread measures a second, and waits for that"),
          Map.entry("cli.WarmLoad", "its clients ask for so long"));

  /** Rooms whose state is shared between event loops by design. */
  private static final Set<String> SHARED_STATE =
      Set.of("pool", "observe", "runtime", "tls", "event");

  /** Who else may share state between threads, and why. */
  private static final Map<String, String> MAY_SHARE =
      Map.ofEntries(
          Map.entry("admin.EventStream", "that there is more, told by the thread that raises it"),
          Map.entry("http.Turns", "a count that whoever scrapes the metrics asks for"),
          Map.entry("http.DownstreamConnection", "a number for each connection of the process"),
          Map.entry("http.WindowBudget", "what the windows of all loops may take together"),
          Map.entry("listener.HandshakeReports", "how many handshakes failed lately, on all loops"),
          Map.entry("listener.Admission", "one count of the open connections of all loops"),
          Map.entry("listener.Headroom", "whether there is room for another client, on all loops"),
          Map.entry("listener.Listener", "on what terms clients come now, on all loops"),
          Map.entry("listener.HandshakeQueue", "how many wait, for whoever scrapes the metrics"),
          Map.entry("tenant.Quota", "what is taken of it on all loops"),
          Map.entry("shaping.Link", "bandwidth that all loops share"),
          Map.entry("shaping.Bandwidth", "whether and by what it is limited now, for all loops"),
          Map.entry("shaping.Share", "its weight of now, for all loops"),
          Map.entry("shaping.Waits", "counts of all loops"),
          Map.entry("shaping.LoopTime", "a count that whoever scrapes the metrics asks for"),
          Map.entry("health.Outlier", "what becomes of the exchanges of a server on all loops"),
          Map.entry("health.FailureWindow", "the same"),
          Map.entry("health.ServerChecks", "that a failure on another loop is told once"),
          Map.entry("health.HealthChecks", "servers come and go on the loop that finds them"));

  @Test
  void everyClassIsInARoom() {
    assertThat(Rooms.CLASSES)
        .isNotEmpty()
        .allSatisfy(type -> assertThat(Rooms.IN_ORDER).contains(Rooms.of(type)));
  }

  @Test
  void importsGoOnlyToRoomsThatStandBefore() {
    assertThat(
            dependencies()
                .filter(d -> !Rooms.of(d.getTargetClass()).isEmpty())
                .filter(d -> place(d.getTargetClass()) > place(d.getOriginClass()))
                .map(Dependency::getDescription))
        .isEmpty();
  }

  @Test
  void aLibraryStaysBehindItsFence() {
    for (Fence fence : FENCES) {
      assertThat(
              dependencies()
                  .filter(d -> targetName(d).startsWith(fence.library()))
                  .filter(d -> !fence.rooms().contains(Rooms.of(d.getOriginClass())))
                  .map(Dependency::getDescription))
          .as("%s only in %s", fence.library(), fence.rooms())
          .isEmpty();
    }
  }

  @Test
  void pureRoomsKnowNoChannel() {
    assertThat(
            dependencies()
                .filter(d -> WITHOUT_CHANNELS.contains(Rooms.of(d.getOriginClass())))
                .filter(d -> targetName(d).startsWith("io.netty.channel."))
                .map(Dependency::getDescription))
        .isEmpty();
  }

  /** While the config is read another thread sets Netty up: two that do so may deadlock. */
  @Test
  void theConfigIsReadWithoutNetty() {
    assertThat(
            dependencies()
                .filter(d -> Rooms.of(d.getOriginClass()).equals("config"))
                .filter(d -> targetName(d).startsWith("io.netty."))
                .map(Dependency::getDescription))
        .isEmpty();
  }

  @Test
  void onlyTheCommandLinePrintsOrExits() {
    assertThat(
            accesses(Rooms.CLASSES.stream())
                .filter(a -> !Rooms.of(a.getOriginOwner()).equals("cli"))
                .filter(ArchitectureTest::printsOrExits)
                .map(JavaAccess::getDescription))
        .isEmpty();
  }

  @Test
  void timeComesInFromOutsideAndNobodyWaits() {
    Set<String> used = new TreeSet<>();
    List<String> others =
        accesses(Rooms.CLASSES.stream())
            .filter(a -> CLOCKS_AND_WAITS.stream().anyMatch(call -> matches(call, a)))
            .filter(a -> !allowed(MAY_WAIT, a.getOriginOwner(), used))
            .map(JavaAccess::getDescription)
            .toList();

    assertThat(others).isEmpty();
    assertThat(used).as("no more is allowed than is needed").isEqualTo(MAY_WAIT.keySet());
  }

  @Test
  void noTestSleeps() {
    Call sleep = new Call(Thread.class, Set.of("sleep"));
    assertThat(
            accesses(
                    new ClassFileImporter()
                            .withImportOption(ImportOption.Predefined.ONLY_INCLUDE_TESTS)
                            .importPackages("io.postern")
                            .stream())
                .filter(a -> matches(sleep, a))
                .map(JavaAccess::getDescription))
        .isEmpty();
  }

  @Test
  void stateIsSharedOnlyWhereItIsSaid() {
    Set<String> used = new TreeSet<>();
    List<String> others =
        Rooms.CLASSES.stream()
            .filter(type -> !SHARED_STATE.contains(Rooms.of(type)))
            .flatMap(type -> type.getFields().stream())
            .filter(ArchitectureTest::isShared)
            .filter(field -> !allowed(MAY_SHARE, field.getOwner(), used))
            .map(JavaField::getFullName)
            .toList();

    assertThat(others).isEmpty();
    assertThat(used).as("no more is allowed than is needed").isEqualTo(MAY_SHARE.keySet());
  }

  private static Stream<Dependency> dependencies() {
    return Rooms.CLASSES.stream().flatMap(type -> type.getDirectDependenciesFromSelf().stream());
  }

  private static Stream<JavaAccess<?>> accesses(Stream<JavaClass> classes) {
    return classes.flatMap(
        type ->
            Stream.concat(
                type.getAccessesFromSelf().stream(), type.getMethodReferencesFromSelf().stream()));
  }

  private static int place(JavaClass type) {
    return Rooms.IN_ORDER.indexOf(Rooms.of(type));
  }

  private static String targetName(Dependency dependency) {
    return dependency.getTargetClass().getBaseComponentType().getName();
  }

  private static boolean printsOrExits(JavaAccess<?> access) {
    JavaClass owner = access.getTargetOwner();
    return (owner.isEquivalentTo(System.class)
            && Set.of("out", "err", "exit").contains(access.getName()))
        || (owner.isEquivalentTo(Runtime.class)
            && Set.of("exit", "halt").contains(access.getName()));
  }

  private static boolean matches(Call call, JavaAccess<?> access) {
    return call.methods().contains(access.getName())
        && access.getTargetOwner().isAssignableTo(call.owner());
  }

  private static boolean isShared(JavaField field) {
    String type = field.getRawType().getName();
    return field.getModifiers().contains(JavaModifier.VOLATILE)
        || type.startsWith("java.util.concurrent.atomic.")
        || (type.startsWith("java.util.concurrent.") && type.contains("Concurrent"));
  }

  private static boolean allowed(Map<String, String> list, JavaClass type, Set<String> used) {
    String name = Rooms.nameOf(type);
    if (!list.containsKey(name)) {
      return false;
    }
    used.add(name);
    return true;
  }
}
