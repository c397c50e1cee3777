package io.postern.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any text as a config: it loads, or there are problems, each with its place. Nothing is thrown.
 */
class ConfigFuzzTest {

  private static final Path NOWHERE = Path.of("/nonexistent");

  static Stream<byte[]> corpus() throws IOException {
    return GoldenTest.texts();
  }

  @MethodSource("corpus")
  @FuzzTest
  void anyBytes(byte[] input) {
    String yaml = new String(input, UTF_8);
    Loaded loaded = ConfigLoader.parse("fuzz.yaml", yaml, NOWHERE, Map.of());
    if (loaded instanceof Loaded.Invalid invalid) {
      assertThat(invalid.problems()).isNotEmpty();
      assertThat(invalid.problems())
          .allSatisfy(problem -> assertThat(problem.toString()).startsWith("fuzz.yaml"));
    }
    assertThat(ConfigLoader.parse("fuzz.yaml", yaml, NOWHERE, Map.of()).toString())
        .isEqualTo(loaded.toString());
  }
}
