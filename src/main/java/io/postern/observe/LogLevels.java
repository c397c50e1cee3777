package io.postern.observe;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * How much is said in the log of the process, which operators change while it runs. What they say
 * ends with the process. Used by one thread at a time.
 */
public final class LogLevels {

  private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(LogLevels.class);

  /** The levels, from the one that says least. */
  public enum Verbosity {
    OFF,
    ERROR,
    WARN,
    INFO,
    DEBUG,
    TRACE
  }

  /**
   * A logger that has a level of its own, and with it all below its name that have none.
   *
   * @param changed by whom and until when; null where it is as from the start
   */
  public record Told(String name, Verbosity level, @Nullable Change changed) {}

  /**
   * That a level is another for a while.
   *
   * @param by who has said so
   * @param until when it is over; null where it stays until it is taken back
   */
  public record Change(String by, @Nullable Instant until) {}

  /** A change, and the level to go back to; null where that is the one above. */
  private record Changed(Change change, @Nullable Level before) {}

  private final LoggerContext logs;
  private final Map<String, Changed> changed = new ConcurrentHashMap<>();

  private LogLevels(LoggerContext logs) {
    this.logs = logs;
  }

  /**
   * Those of this process.
   *
   * @param kept a logger that goes on to say what it says, whatever those above it do
   */
  public static LogLevels ofProcess(String kept) {
    LoggerContext logs = (LoggerContext) LoggerFactory.getILoggerFactory();
    Logger logger = logs.getLogger(kept);
    if (logger.getLevel() == null) {
      logger.setLevel(logger.getEffectiveLevel());
    }
    return new LogLevels(logs);
  }

  /** The loggers that have a level of their own, by name. */
  public List<Told> all() {
    return logs.getLoggerList().stream()
        .filter(each -> each.getLevel() != null)
        .map(this::told)
        .toList();
  }

  private Told told(Logger logger) {
    Changed change = changed.get(logger.getName());
    return new Told(
        logger.getName(),
        logger.getLevel().toInt() < Level.TRACE_INT
            ? Verbosity.TRACE
            : Verbosity.valueOf(logger.getLevel().toString()),
        change == null ? null : change.change);
  }

  /** Whether there is such a logger, or are some below its name. */
  public boolean knows(String name) {
    return logs.getLoggerList().stream()
        .anyMatch(each -> each.getName().equals(name) || each.getName().startsWith(name + "."));
  }

  /** From now on a logger says so much. */
  public void set(String name, Verbosity level, Change change) {
    Logger logger = logs.getLogger(name);
    Changed before = changed.get(name);
    Level original = before == null ? logger.getLevel() : before.before;
    LOG.info("logger {} says {} and what is worse, set by {}", name, level, change.by);
    changed.put(name, new Changed(change, original));
    logger.setLevel(Level.valueOf(level.name()));
  }

  /**
   * A logger says so much again as it did from the start.
   *
   * @return false where it does
   */
  public boolean end(String name) {
    Changed before = changed.remove(name);
    if (before != null) {
      logs.getLogger(name).setLevel(before.before);
      LOG.info("logger {} says again what it said", name);
    }
    return before != null;
  }

  /** Ends what is over. */
  public void endWhatIsOver(Instant now) {
    changed.forEach(
        (name, each) -> {
          if (each.change.until != null && !now.isBefore(each.change.until)) {
            end(name);
          }
        });
  }
}
