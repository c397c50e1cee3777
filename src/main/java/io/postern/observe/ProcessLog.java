package io.postern.observe;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.joran.spi.ConsoleTarget;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.status.NopStatusListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How messages for operators look: as text for people where the standard error is a terminal, else
 * as JSON for programs; {@code POSTERN_LOG_FORMAT}, {@code text} or {@code json}, decides where it
 * is set. That is no key of the config, for what is wrong with that is said in the same way.
 *
 * <p>Logback finds it as a service, and it steps back where {@code -Dlogback.configurationFile}
 * names another way. It is code because the same in XML took a tenth of a second of each start.
 */
public final class ProcessLog extends ContextAwareBase implements Configurator {

  private static final String VARIABLE = "POSTERN_LOG_FORMAT";
  private static final String PATTERN =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSS'Z',UTC} %-5level %logger{0} %msg%n";

  /** Called by Logback, once, when the first logger is asked for. */
  @Override
  public ExecutionStatus configure(LoggerContext logs) {
    if (System.getProperty("logback.configurationFile") != null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    logs.getStatusManager().add(new NopStatusListener());
    String format = System.getenv().getOrDefault(VARIABLE, "");
    Logger root = logs.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.INFO);
    root.addAppender(stderr(logs, isText(format) ? text(logs) : new JsonMessages()));
    // It says much at INFO that a peer decides the number of.
    logs.getLogger("io.netty").setLevel(Level.WARN);
    if (!format.isEmpty() && !format.equals("text") && !format.equals("json")) {
      logs.getLogger(ProcessLog.class).warn("{} is neither text nor json: {}", VARIABLE, format);
    }
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  private static boolean isText(String format) {
    return switch (format) {
      case "text" -> true;
      case "json" -> false;
      default -> isTerminal(Path.of("/proc/self/fd/2"));
    };
  }

  /** The JDK tells it of the standard output alone. Where there is no /proc, people look on. */
  static boolean isTerminal(Path descriptor) {
    try {
      String device = Files.readSymbolicLink(descriptor).toString();
      return device.matches("/dev/(pts/\\d+|tty.*|console)");
    } catch (IOException | UnsupportedOperationException _) {
      return true;
    }
  }

  private static Encoder<ILoggingEvent> text(LoggerContext logs) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(logs);
    encoder.setPattern(PATTERN);
    return encoder;
  }

  /** Not stdout, which may be the access log. */
  private static ConsoleAppender<ILoggingEvent> stderr(
      LoggerContext logs, Encoder<ILoggingEvent> encoder) {
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(logs);
    appender.setName("stderr");
    appender.setTarget(ConsoleTarget.SystemErr.getName());
    appender.setEncoder(encoder);
    appender.start();
    return appender;
  }
}
