package io.postern.cli;

import io.postern.admin.AdminPorts;
import io.postern.config.Config;
import io.postern.config.Problem;
import io.postern.listener.Listener;
import io.postern.observe.AccessLog;
import io.postern.runtime.Drain;
import io.postern.runtime.PassedSockets;
import io.postern.runtime.ProxyRuntime;
import io.postern.runtime.ServiceNotifier;
import io.postern.runtime.StartException;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A proxy as the process runs it: from the ready line to the end of the drain, by signals. */
final class Service {

  private static final Logger LOG = LoggerFactory.getLogger(Service.class);
  private static final int STOPPED_BY_SIGTERM = 143;

  private Service() {}

  /**
   * Serves until it is told to end.
   *
   * @param onReady called once, on a thread of its own, when every listener accepts and every
   *     server was checked once; what it gets ends the service as SIGTERM does
   * @return the exit code: 0 after a drain, whether or not its time ran out; 143 where a second
   *     SIGTERM cut it short; 1 where nothing could be started
   */
  static int serve(ConfigOption.Ready ready, Consumer<Runnable> onReady) throws Exception {
    Config config = ready.config();
    long pid = ProcessHandle.current().pid();
    ServiceNotifier manager = ServiceNotifier.of(System.getenv(), pid, System::nanoTime);
    PassedSockets sockets = PassedSockets.of(System.getenv(), pid);
    List<Problem> problems = sockets.problems(config);
    if (!problems.isEmpty()) {
      problems.forEach(System.err::println);
      ready.compiled().close();
      return 1;
    }
    sockets
        .unused(config)
        .forEach(name -> LOG.warn("systemd passed {}, and no bind is systemd:{}", name, name));
    try (AccessLog log = AccessLog.open(config.accessLog());
        ProxyRuntime runtime = ProxyRuntime.create(config, sockets, ready.compiled(), log)) {
      CountDownLatch asked = new CountDownLatch(1);
      Drain drain = new Drain(runtime, config);
      handleSignals(asked, drain, log); // before anybody is served, or SIGTERM would cut him off
      AdminPorts.openHealth(config, runtime);
      runtime.listen();
      try (AdminPorts _ = AdminPorts.open(config, runtime, log::describe)) {
        return serve(runtime, asked, drain, manager, onReady);
      }
    } catch (StartException | IOException e) {
      System.err.println("postern: " + e.getMessage());
      return 1;
    }
  }

  private static int serve(
      ProxyRuntime runtime,
      CountDownLatch asked,
      Drain drain,
      ServiceNotifier manager,
      Consumer<Runnable> onReady)
      throws InterruptedException {
    runtime
        .ready()
        .thenRunAsync(() -> ready(runtime, asked, manager, onReady), Thread::startVirtualThread);
    runtime.feedWatchdog(manager);
    asked.await();
    manager.stopping(drain.longest());
    drain.run();
    return drain.isHurried() ? STOPPED_BY_SIGTERM : 0;
  }

  private static void ready(
      ProxyRuntime runtime,
      CountDownLatch asked,
      ServiceNotifier manager,
      Consumer<Runnable> onReady) {
    if (asked.getCount() > 0) {
      String serving = serving(runtime);
      System.err.println("postern ready: " + serving);
      manager.ready("serving " + serving);
      onReady.accept(asked::countDown);
    }
  }

  private static void handleSignals(CountDownLatch asked, Drain drain, AccessLog log) {
    Runnable end =
        () -> {
          if (asked.getCount() == 0) {
            drain.hurry();
          }
          asked.countDown();
        };
    Signals.on("TERM", end);
    Signals.on("INT", end);
    Signals.on("USR1", log::reopen);
    // Left alone it would end the process, and whoever sends it means the opposite.
    Signals.on("HUP", () -> LOG.warn("SIGHUP is ignored: a changed config takes a restart"));
  }

  private static String serving(ProxyRuntime runtime) {
    String listeners =
        Stream.concat(runtime.listeners().stream(), runtime.aside().stream())
            .map(Service::named)
            .collect(Collectors.joining(", "));
    String transport = runtime.transport().name().toLowerCase(Locale.ROOT);
    return listeners + " (" + runtime.eventLoops() + " event loops, " + transport + ")";
  }

  private static String named(Listener listener) {
    String host = listener.address().getAddress().getHostAddress();
    String at = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    return listener.name() + " " + at + ":" + listener.address().getPort();
  }
}
