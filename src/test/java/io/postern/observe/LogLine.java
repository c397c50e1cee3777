package io.postern.observe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.config.Configs;
import io.postern.fault.Reason;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What the access log says of how an exchange ended, read back from its line.
 *
 * @param reason what its cause begins with; empty where it has none
 */
public record LogLine(int status, String termination, String reason) {

  /** The line of an exchange that ended so. */
  public static LogLine with(int status, String termination, @Nullable Reason reason) {
    return new LogLine(status, termination, reason == null ? "" : reason.label());
  }

  /** The line of a record, as it is written to a log. */
  public static String whole(ExchangeRecord record) {
    try {
      LineBuffer buffer = new LineBuffer(512);
      AccessLine.of(Configs.accessLog("")).apply(buffer).append(record);
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      buffer.writeTo(line);
      return line.toString(StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the line of a record says of its end. */
  public static LogLine of(ExchangeRecord record) {
    try {
      JsonNode json = new ObjectMapper().readTree(whole(record));
      String cause = json.path("cause").asText();
      return new LogLine(
          json.path("status").asInt(), json.path("termination").asText(), cause.split(":", 2)[0]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
