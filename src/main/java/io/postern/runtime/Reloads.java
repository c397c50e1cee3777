package io.postern.runtime;

import io.postern.config.Config;
import io.postern.config.Difference;
import io.postern.config.Loaded;
import io.postern.event.EventKind;
import io.postern.event.Events;
import io.postern.files.FileWatch;
import io.postern.observe.Metrics;
import io.postern.runtime.ReloadReport.Verdict;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The versions of the config, of which one runs. What is read is taken over as a whole or not at
 * all, by the thread of the lookout, one at a time; it may be asked for from any thread.
 */
public final class Reloads {

  private static final Logger LOG = LoggerFactory.getLogger(Reloads.class);

  /** So many versions can be gone back to. */
  private static final int MOST_KEPT = 10;

  private static final int MOST_TOLD = 20;

  /** Takes a config over, or says why not. By the thread of the lookout. */
  interface Taker {
    ReloadReport take(Config config, List<Difference> differences, ReloadRequest request)
        throws InterruptedException;
  }

  private final Taker taker;
  private final InstantSource clock;
  private final Lookout lookout;
  private final Deque<ConfigVersion> before = new ArrayDeque<>();
  private final Map<Verdict, AtomicLong> counts = new EnumMap<>(Verdict.class);
  private volatile ConfigVersion now;
  private volatile List<ConfigVersion> kept;
  private volatile boolean lastGood = true;
  private volatile @Nullable FileWatch followed;

  Reloads(Config first, InstantSource clock, Lookout lookout, Taker taker) {
    this.taker = taker;
    this.clock = clock;
    this.lookout = lookout;
    now = new ConfigVersion(1, first, clock.instant().truncatedTo(ChronoUnit.MILLIS), "start");
    kept = List.of(now);
    for (Verdict each : Verdict.values()) {
      counts.put(each, new AtomicLong());
    }
  }

  /** The config that runs. */
  Config config() {
    return now.config();
  }

  /** Which version runs. */
  public ConfigVersion version() {
    return now;
  }

  /**
   * The versions that are kept, the first one first and last the one that runs. From any thread.
   */
  public List<ConfigVersion> versions() {
    return kept;
  }

  /**
   * Puts another config in the place of the one that runs, where nothing speaks against it, and
   * nothing is lost by it.
   *
   * @return what came of it; cancelled where the proxy ends before
   */
  public CompletableFuture<ReloadReport> reload(ReloadRequest request) {
    return lookout.now(
        () -> {
          FileWatch watch = followed;
          if (watch != null && !request.trial()) {
            watch.reading(); // what is read now is no news
          }
          return read(request);
        });
  }

  /** The same with the version that ran before the one of now. */
  public CompletableFuture<ReloadReport> rollback(String by, boolean force) {
    return lookout.now(() -> goBack(by, force));
  }

  /**
   * From now on somebody is told when a file has changed, and the change has stood for two looks,
   * unless it was read by a reload.
   */
  public void follow(Path file, Runnable changed) {
    FileWatch watch = new FileWatch(List.of(file));
    followed = watch;
    lookout.each(
        () -> {
          if (watch.isNews()) {
            changed.run();
          }
        });
  }

  private ReloadReport read(ReloadRequest request) {
    ReloadReport report = attempt(request);
    keep();
    if (!request.trial()) {
      count(report.verdict());
    }
    tell(report, request);
    return report;
  }

  private ReloadReport goBack(String by, boolean force) {
    ConfigVersion last = before.pollLast();
    if (last == null) {
      ReloadReport none = refused(List.of("there is no version before"));
      count(none.verdict());
      Events.raise(
          LOG,
          EventKind.CONFIG_REFUSED,
          "config",
          "config refused ({}): there is no version before",
          by);
      return none;
    }
    Loaded kept = new Loaded.Valid(last.config(), List.of());
    ConfigVersion undone = now;
    ReloadReport report = read(new ReloadRequest(() -> kept, by, force, false));
    before.remove(undone); // or two versions would be gone back to in turn
    if (report.verdict() == Verdict.REFUSED) {
      before.addLast(last);
    }
    keep();
    return report;
  }

  private void keep() {
    List<ConfigVersion> all = new ArrayList<>(before);
    all.add(now);
    kept = List.copyOf(all);
  }

  private ReloadReport attempt(ReloadRequest request) {
    try {
      return switch (request.source().get()) {
        case Loaded.Invalid invalid -> refused(invalid.problems());
        case Loaded.Valid valid -> attempt(valid.config(), request);
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return refused(List.of("the process is about to end"));
    } catch (RuntimeException | Error e) {
      LOG.error("a reload failed", e);
      return refused(List.of("it failed: " + e));
    }
  }

  private ReloadReport attempt(Config config, ReloadRequest request) throws InterruptedException {
    List<Difference> differences = Difference.between(now.config(), config);
    ReloadReport report = taker.take(config, differences, request);
    if (report.verdict() == Verdict.TAKEN) {
      before.addLast(now);
      if (before.size() > MOST_KEPT) {
        before.removeFirst();
      }
      now =
          new ConfigVersion(
              now.number() + 1,
              config,
              clock.instant().truncatedTo(ChronoUnit.MILLIS),
              request.by());
    }
    return new ReloadReport(
        report.verdict(), now.number(), differences, report.effects(), report.problems());
  }

  private ReloadReport refused(List<?> problems) {
    return new ReloadReport(
        Verdict.REFUSED,
        now.number(),
        List.of(),
        List.of(),
        problems.stream().map(Object::toString).toList());
  }

  private void count(Verdict verdict) {
    Objects.requireNonNull(counts.get(verdict)).incrementAndGet();
    lastGood = verdict != Verdict.REFUSED;
  }

  private static void tell(ReloadReport report, ReloadRequest request) {
    switch (report.verdict()) {
      case SAME -> LOG.info("config read again ({}): nothing has changed", request.by());
      case TRIED -> LOG.info("config tried ({}): it would be taken over", request.by());
      case REFUSED -> {
        Events.raise(
            LOG,
            EventKind.CONFIG_REFUSED,
            "config",
            "config refused ({}), version {} runs on: {} problems",
            request.by(),
            report.version(),
            report.problems().size());
        report.problems().stream().limit(MOST_TOLD).forEach(each -> LOG.warn("{}", each));
      }
      case TAKEN -> {
        Events.raise(
            LOG,
            EventKind.CONFIG_TAKEN,
            "config",
            "config version {} runs from now on ({}): {} differences",
            report.version(),
            request.by(),
            report.differences().size());
        report.differences().stream().limit(MOST_TOLD).forEach(each -> LOG.info("{}", each));
        report.effects().stream().limit(MOST_TOLD).forEach(each -> LOG.info("{}", each));
      }
    }
  }

  void describe(Metrics metrics) {
    metrics.counters(
        "postern_config_reloads_total",
        "How often a config was read again, by what came of it: taken, same as before, or refused.",
        List.of("result"),
        points ->
            counts.forEach(
                (verdict, count) -> {
                  if (verdict != Verdict.TRIED) {
                    points.add(count.get(), verdict.name().toLowerCase(Locale.ROOT));
                  }
                }));
    metrics.gauges(
        "postern_config_version",
        "The number of the version of the config that runs; the one of the start is 1.",
        List.of(),
        points -> points.add(now.number()));
    metrics.gauges(
        "postern_config_taken_timestamp_seconds",
        "When that was taken over, in seconds since 1970.",
        List.of(),
        points -> points.add(now.since().toEpochMilli() / 1000.0));
    metrics.gauges(
        "postern_config_last_reload_successful",
        "0 where the last config that was read was refused, else 1.",
        List.of(),
        points -> points.add(lastGood ? 1 : 0));
  }
}
