package io.postern.testkit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Catches what a class or a package says to operators, for as long as it is open. */
public final class LogLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {

  private record Line(Level level, String message) {}

  private final Logger logger;
  private final Level least;
  private final @Nullable Gate gate;
  private final List<Line> lines = new CopyOnWriteArrayList<>();

  private LogLines(String name, Level least, @Nullable Gate gate) {
    this.gate = gate;
    this.logger = (Logger) LoggerFactory.getLogger(name);
    this.least = least;
    setContext(logger.getLoggerContext());
    start();
    logger.setLevel(least);
    logger.addAppender(this);
  }

  /** The warnings of a class, and worse. */
  public static LogLines warningsOf(Class<?> type) {
    return new LogLines(type.getName(), Level.WARN, null);
  }

  /** What a class or a package says at the level of information and above. */
  public static LogLines of(String name) {
    return new LogLines(name, Level.INFO, null);
  }

  /** The same, and each line has whoever says it wait at the gate, as a log that is slow does. */
  public static LogLines holding(String name, Gate gate) {
    return new LogLines(name, Level.INFO, gate);
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (event.getLevel().isGreaterOrEqual(least)) {
      lines.add(new Line(event.getLevel(), event.getFormattedMessage()));
      if (gate != null) {
        gate.pass();
      }
    }
  }

  /** What was said until now. */
  public List<String> all() {
    return lines.stream().map(Line::message).toList();
  }

  /** What was said of this until now, each line with its level before it. */
  public List<String> about(String part) {
    return lines.stream()
        .filter(line -> line.message().contains(part))
        .map(line -> line.level() + " " + line.message())
        .toList();
  }

  /** Waits for so many lines about this. */
  public List<String> await(String part, int count) {
    Await.until(count + " lines about " + part, () -> about(part).size() >= count);
    return about(part);
  }

  @Override
  public void close() {
    logger.detachAppender(this);
    logger.setLevel(null); // that of its parent again
    stop();
  }
}
