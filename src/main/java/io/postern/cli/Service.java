package io.postern.cli;

import io.postern.admin.AdminPorts;
import io.postern.config.Config;
import io.postern.config.ConfigLoader;
import io.postern.config.Loaded;
import io.postern.config.Problem;
import io.postern.listener.Listener;
import io.postern.observe.AccessLog;
import io.postern.runtime.Drain;
import io.postern.runtime.PassedSockets;
import io.postern.runtime.ProxyRuntime;
import io.postern.runtime.ReloadReport;
import io.postern.runtime.ReloadReport.Verdict;
import io.postern.runtime.ReloadRequest;
import io.postern.runtime.ServiceNotifier;
import io.postern.runtime.StartException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A proxy as the process runs it: from the ready line to the end of the drain, by signals. */
final class Service {

  private static final Logger LOG = LoggerFactory.getLogger(Service.class);
  private static final int STOPPED_BY_SIGTERM = 143;

  private final ProxyRuntime runtime;
  private final AccessLog log;
  private final @Nullable Path file;
  private final Drain drain;
  private final ServiceNotifier manager =
      ServiceNotifier.of(System.getenv(), pid(), System::nanoTime);
  private final CountDownLatch asked = new CountDownLatch(1);

  private Service(ProxyRuntime runtime, AccessLog log, @Nullable Path file) {
    this.runtime = runtime;
    this.log = log;
    this.file = file;
    drain = new Drain(runtime);
    if (file != null) {
      runtime.reloads().follow(file, () -> reload(file + " has changed"));
    }
  }

  /**
   * Serves until it is told to end.
   *
   * @param file where the config is read again from; null where it is in none
   * @param onReady called once, on a thread of its own, when every listener accepts and every
   *     server was checked once; what it gets ends the service as SIGTERM does
   * @return the exit code: 0 after a drain, whether or not its time ran out; 143 where a second
   *     SIGTERM cut it short; 1 where nothing could be started
   */
  static int serve(ConfigOption.Ready ready, @Nullable Path file, Consumer<Runnable> onReady)
      throws Exception {
    Config config = ready.config();
    PassedSockets sockets = PassedSockets.of(System.getenv(), pid());
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
      Service service = new Service(runtime, log, file);
      service.handleSignals(); // before anybody is served, or SIGTERM would cut him off
      AdminPorts.openHealth(config, runtime);
      runtime.listen();
      try (AdminPorts _ = AdminPorts.open(config, runtime, log::describe, service.source())) {
        return service.serve(onReady);
      }
    } catch (StartException | IOException e) {
      System.err.println("postern: " + e.getMessage());
      return 1;
    }
  }

  private static long pid() {
    return ProcessHandle.current().pid();
  }

  private int serve(Consumer<Runnable> onReady) throws InterruptedException {
    runtime.ready().thenRunAsync(() -> ready(onReady), Thread::startVirtualThread);
    runtime.feedWatchdog(manager);
    asked.await();
    manager.stopping(drain.longest());
    drain.run();
    return drain.isHurried() ? STOPPED_BY_SIGTERM : 0;
  }

  private void ready(Consumer<Runnable> onReady) {
    if (asked.getCount() > 0) {
      String serving = serving();
      System.err.println("postern ready: " + serving);
      manager.ready("serving " + serving);
      onReady.accept(asked::countDown);
    }
  }

  private void handleSignals() {
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
    Signals.on("HUP", () -> reload("SIGHUP"));
  }

  private void reload(String by) {
    Supplier<Loaded> from = source();
    if (from == null) {
      LOG.warn("{}: there is no file to read the config from again", by);
      return;
    }
    boolean isManaged = runtime.ready().isDone(); // who is not ready yet must not say it is
    if (isManaged) {
      manager.reloading();
    }
    runtime
        .reloads()
        .reload(ReloadRequest.of(from, by))
        .whenComplete(
            (report, failure) -> {
              if (isManaged) {
                reloaded(report);
              }
            });
  }

  private @Nullable Supplier<Loaded> source() {
    Path from = file;
    return from == null ? null : () -> ConfigLoader.load(from, System.getenv());
  }

  /** The manager waits for it, whatever came of the reload. */
  private void reloaded(@Nullable ReloadReport report) {
    if (asked.getCount() > 0) {
      boolean refused = report != null && report.verdict() == Verdict.REFUSED;
      manager.ready(
          "serving %s, version %d of the config%s"
              .formatted(
                  serving(),
                  report == null ? 0 : report.version(),
                  refused ? "; the last one was refused" : ""));
    }
  }

  private String serving() {
    String listeners =
        Stream.concat(runtime.listeners().stream(), runtime.aside().stream())
            .map(Service::named)
            .collect(Collectors.joining(", "));
    String transport = runtime.transport().name().toLowerCase(Locale.ROOT);
    return listeners + " (" + runtime.eventLoops() + " event loops, " + transport + ")";
  }

  private static String named(Listener listener) {
    return listener.name() + " " + listener.at();
  }
}
