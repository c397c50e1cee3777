package io.postern.observe;

import io.netty.util.concurrent.Ticker;
import io.postern.config.AccessLogConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The access log: one line for each exchange. Event loops hand records over without waiting; a
 * daemon thread of its own formats and writes them.
 *
 * <p>What waits is bounded. Where the disk, or whoever reads the standard output, does not keep up,
 * records are dropped rather than clients held up. They are counted: by {@link #dropped}, in a
 * warning at most every ten seconds, and in the log itself by a line of the form <code>
 * {"time":"…","dropped":17}</code> at the place where they are missing. A write that failed may
 * leave half a line, which is then followed by a line end.
 *
 * <p>Every method may be called from any thread.
 */
public final class AccessLog implements ExchangeSink, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);

  /** A quarter of a second at 60,000 exchanges a second, and some 10 MB at worst. */
  private static final int CAPACITY = 16 * 1024;

  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(5);

  private final Duration closeLimit;
  private final RecordQueue queue;
  private final LogWriter writer;
  private final Thread thread;
  private final boolean isRead;
  private volatile boolean closed;

  AccessLog(
      LogTarget target,
      Function<LineBuffer, AccessLine> format,
      Sampling sampling,
      int capacity,
      Ticker ticker,
      Duration closeLimit)
      throws IOException {
    this.closeLimit = closeLimit;
    isRead = !target.equals(LogTarget.NOWHERE);
    queue = new RecordQueue(capacity);
    writer = new LogWriter(queue, target, format, sampling, ticker);
    thread = Thread.ofPlatform().daemon().name("postern-access-log").start(writer);
  }

  /**
   * Opens the log.
   *
   * @throws IOException where the file cannot be opened for writing
   */
  public static AccessLog open(AccessLogConfig config) throws IOException {
    return new AccessLog(
        target(config),
        AccessLine.of(config),
        new Sampling(config.sample(), RandomGenerator.of("SplittableRandom")),
        CAPACITY,
        Ticker.systemTicker(),
        CLOSE_LIMIT);
  }

  private static LogTarget target(AccessLogConfig config) throws IOException {
    return switch (config.to()) {
      case STDOUT -> LogTarget.stdout();
      case FILE -> {
        Path file = config.file();
        if (file == null) {
          throw new IOException("accessLog.file is missing");
        }
        yield LogTarget.file(file);
      }
      case NONE -> LogTarget.NOWHERE;
      case SYSLOG -> LogTarget.syslog(config.syslog(), Ticker.systemTicker());
    };
  }

  @Override
  public void accept(ExchangeRecord record) {
    if (isRead && (closed || !queue.offer(record))) {
      writer.countLost();
    }
  }

  /** How many records were not written, for want of room or for a write that failed. */
  public long dropped() {
    return writer.lost();
  }

  /** Makes its family known. */
  public void describe(Metrics metrics) {
    metrics.counters(
        "postern_access_log_dropped_total",
        "Records that were not written to the access log, for want of room or for a write that"
            + " failed.",
        List.of(),
        points -> points.add(dropped()));
  }

  /**
   * Opens the file anew, soon: for whoever has renamed it. Where that fails, the log goes on in the
   * old file and says so.
   */
  public void reopen() {
    writer.reopen();
  }

  /**
   * Writes what waits and ends; takes five seconds at most. Records that come later are counted as
   * dropped.
   */
  @Override
  public void close() {
    closed = true;
    writer.close();
    try {
      if (!thread.join(closeLimit)) {
        LOG.warn("The access log was left with about {} records unwritten", queue.size());
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
