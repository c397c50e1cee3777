package io.postern.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each file of {@code src/test/resources/config} and, beside it, what the loader says of it: its
 * problems, {@code loads}, or {@code loads} and its warnings.
 */
final class GoldenTest {

  private static final Path FILES = Path.of("src/test/resources/config");
  private static final Map<String, String> ENVIRONMENT =
      Map.of("PORT", "8443", "WEIGHT", "300000", "EMPTY", "", "LIST", "[]", "MAP", "{drain: 5s}");

  static List<String> cases() throws IOException {
    try (Stream<Path> files = Files.list(FILES)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".yaml"))
          .sorted()
          .toList();
    }
  }

  /** What stands in the files. */
  static Stream<byte[]> texts() throws IOException {
    return cases().stream().map(name -> bytes(FILES.resolve(name)));
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void saysWhatIsExpected(String name) throws IOException {
    Path expected = FILES.resolve(name.replace(".yaml", ".txt"));
    String said = said(ConfigLoader.load(FILES.resolve(name), ENVIRONMENT));
    assertThat(said).isEqualTo(Files.readString(expected)).doesNotContain("xyzzy-plugh-4711");
  }

  private static String said(Loaded loaded) {
    Stream<String> lines =
        switch (loaded) {
          case Loaded.Valid valid ->
              Stream.concat(
                  Stream.of("loads"), valid.warnings().stream().map(w -> "warning: " + shown(w)));
          case Loaded.Invalid invalid -> invalid.problems().stream().map(GoldenTest::shown);
        };
    return String.join("\n", lines.toList()) + "\n";
  }

  private static String shown(Problem problem) {
    return problem.toString().substring(FILES.toString().length() + 1);
  }
}
