package io.postern.observe;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Messages for operators as JSON, one object a line, pure ASCII: a stack trace is text with escaped
 * line ends. Any thread may encode.
 */
final class JsonMessages extends EncoderBase<ILoggingEvent> {

  private static final byte[] TIME = JsonObject.name("time");
  private static final byte[] LEVEL = JsonObject.name("level");
  private static final byte[] LOGGER = JsonObject.name("logger");
  private static final byte[] THREAD = JsonObject.name("thread");
  private static final byte[] MESSAGE = JsonObject.name("message");
  private static final byte[] EXCEPTION = JsonObject.name("exception");

  private static final DateTimeFormatter MILLIS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  @Override
  public byte[] headerBytes() {
    return new byte[0];
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    LineBuffer line = new LineBuffer(512);
    JsonObject json = new JsonObject(line);
    json.begin();
    json.text(TIME, MILLIS.format(event.getInstant()));
    json.text(LEVEL, event.getLevel().toString());
    json.text(LOGGER, event.getLoggerName());
    json.text(THREAD, event.getThreadName());
    json.text(MESSAGE, String.valueOf(event.getFormattedMessage()));
    IThrowableProxy thrown = event.getThrowableProxy();
    if (thrown != null) {
      json.text(EXCEPTION, ThrowableProxyUtil.asString(thrown));
    }
    json.end();
    line.put((byte) '\n');
    return line.toArray();
  }

  @Override
  public byte[] footerBytes() {
    return new byte[0];
  }
}
