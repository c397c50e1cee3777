package io.postern.observe;

import io.postern.config.AccessLogConfig;
import io.postern.config.AccessLogConfig.Field;
import io.postern.config.AccessLogConfig.Target;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** How a line of the access log is written; owned by the writer of the log. */
sealed interface AccessLine permits JsonLine, HaproxyLine {

  /** One exchange. */
  void append(ExchangeRecord record);

  /** Tells that records are missing here, with the time of one that is not. */
  void appendDropped(long count, long wallMillis);

  /** As the config has it, to a buffer. */
  static Function<LineBuffer, AccessLine> of(AccessLogConfig config) {
    Redaction redaction = new Redaction(config.redact().query());
    return switch (config.format()) {
      case JSON -> {
        List<Field> chosen = config.fields();
        Set<Field> fields = chosen == null ? EnumSet.allOf(Field.class) : EnumSet.copyOf(chosen);
        yield buffer -> new JsonLine(buffer, fields, redaction, config.sample());
      }
      case HAPROXY -> {
        // Whoever reads another target puts that before each line himself.
        String sender = config.to() == Target.FILE ? Sender.own().tag() : null;
        yield buffer -> new HaproxyLine(buffer, redaction, sender, ZoneId.systemDefault());
      }
    };
  }
}
