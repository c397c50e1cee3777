package io.postern.observe;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JsonMessagesTest {

  private final LoggerContext logs = new LoggerContext();

  @Test
  void aMessageIsAnObject() {
    assertThat(line("server {} is \"down\"", null, "a:1"))
        .isEqualTo(
            """
            {"time":"2026-11-23T13:32:04.057Z","level":"WARN","logger":"io.postern.pool.Server",\
            "thread":"loop-1-1","message":"server a:1 is \\"down\\""}
            """);
  }

  @Test
  void whatBringsItDownIsTextOfOneLine() throws IOException {
    Exception thrown = new IllegalStateException("déjà\nvu", new IOException("gone"));

    String line = line("it failed", thrown);

    assertThat(line.chars())
        .as("one line of ASCII")
        .allMatch(c -> c == '\n' || (c >= ' ' && c < 127));
    assertThat(line).containsOnlyOnce("\n").endsWith("}\n");
    JsonNode json = new ObjectMapper().readTree(line);
    assertThat(json.get("exception").asText())
        .startsWith("java.lang.IllegalStateException: déjà\nvu")
        .contains("\n\tat " + JsonMessagesTest.class.getName())
        .contains("Caused by: java.io.IOException: gone");
  }

  private String line(String message, @Nullable Throwable thrown, Object... arguments) {
    LoggingEvent event =
        new LoggingEvent(
            "", logs.getLogger("io.postern.pool.Server"), Level.WARN, message, thrown, arguments);
    event.setInstant(Instant.ofEpochMilli(Records.WALL_MILLIS));
    event.setThreadName("loop-1-1");
    return new String(new JsonMessages().encode(event), StandardCharsets.UTF_8);
  }
}
