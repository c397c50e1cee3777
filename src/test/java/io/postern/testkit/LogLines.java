package io.postern.testkit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** Catches what one class says to operators, for as long as it is open. */
public final class LogLines extends AppenderBase<ILoggingEvent> implements AutoCloseable {

  private final Logger logger;
  private final Level least;
  private final List<String> messages = new CopyOnWriteArrayList<>();

  private LogLines(String name, Level least) {
    this.logger = (Logger) LoggerFactory.getLogger(name);
    this.least = least;
    setContext(logger.getLoggerContext());
    start();
    logger.setLevel(least);
    logger.setAdditive(false);
    logger.addAppender(this);
  }

  /** The warnings of a class, and worse. */
  public static LogLines warningsOf(Class<?> type) {
    return new LogLines(type.getName(), Level.WARN);
  }

  /** What a class says at the level of information and above. */
  public static LogLines of(String className) {
    return new LogLines(className, Level.INFO);
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (event.getLevel().isGreaterOrEqual(least)) {
      messages.add(event.getFormattedMessage());
    }
  }

  /** What was said until now. */
  public List<String> all() {
    return List.copyOf(messages);
  }

  @Override
  public void close() {
    logger.detachAppender(this);
    logger.setAdditive(true);
    logger.setLevel(null); // that of its parent again
    stop();
  }
}
