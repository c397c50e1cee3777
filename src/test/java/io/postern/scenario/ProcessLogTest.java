package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.testkit.PosternProcess;
import io.postern.testkit.ProxyUnderTest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages are text for whoever sits at the terminal, and JSON for whoever collects them. */
class ProcessLogTest {

  private static final String TEXT =
      "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z WARN  KeyLog \\S.*";

  @TempDir private Path directory;

  @Test
  void intoAPipeGoesJson() throws IOException {
    JsonNode json = new ObjectMapper().readTree(warning(Map.of()));
    assertThat(json.properties().stream().map(Map.Entry::getKey))
        .containsExactly("time", "level", "logger", "thread", "message");
    assertThat(json.get("level").asText()).isEqualTo("WARN");
    assertThat(json.get("logger").asText()).isEqualTo("io.postern.tls.KeyLog");
    assertThat(json.get("time").asText()).matches("\\d{4}-\\d\\d-\\d\\dT[\\d:]{8}\\.\\d{3}Z");
  }

  @Test
  void theEnvironmentMayAskForText() {
    assertThat(warning(Map.of("POSTERN_LOG_FORMAT", "text"))).matches(TEXT);
  }

  @Test
  void whatIsNeitherIsSaid() {
    assertThat(warning(Map.of("POSTERN_LOG_FORMAT", "xml")))
        .contains("\"message\":\"POSTERN_LOG_FORMAT is neither text nor json: xml\"");
  }

  private String warning(Map<String, String> environment) {
    String end = Instant.now().plus(Duration.ofHours(1)).truncatedTo(ChronoUnit.SECONDS).toString();
    String keys = directory.resolve("keys.log").toString();
    try (PosternProcess postern =
        PosternProcess.start(
            environment,
            "run",
            "-c",
            config(),
            "--tls-key-log",
            keys,
            "--tls-key-log-until",
            end)) {
      return postern.awaitError("WARN");
    }
  }

  private String config() {
    return ProxyUnderTest.write(
        """
        listeners:
          edge: {bind: "127.0.0.1:0", tls: {certificates: [@CERTIFICATES@]}}
        routes: []
        process: {eventLoops: 1}
        """,
        directory);
  }
}
