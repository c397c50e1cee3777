package io.postern.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is told of a config that runs says the same as its file. */
class YamlTextTest {

  private static final Path CONFIGS = Path.of("src/test/resources/config").toAbsolutePath();

  private static Loaded read(String text) {
    return ConfigLoader.parse("test.yaml", text, CONFIGS, Map.of());
  }

  /** All files of tests that are good, and what is shipped. */
  static List<Path> good() throws IOException {
    List<Path> good = new ArrayList<>(List.of(Path.of("config/postern.yaml")));
    try (Stream<Path> all = Files.list(CONFIGS)) {
      for (Path each : all.filter(file -> file.toString().endsWith(".yaml")).sorted().toList()) {
        if (ConfigLoader.load(each, Map.of()) instanceof Loaded.Valid) {
          good.add(each);
        }
      }
    }
    return good;
  }

  @ParameterizedTest
  @MethodSource("good")
  void readAgainItIsTheSame(Path file) throws IOException {
    Config config = ((Loaded.Valid) read(Files.readString(file))).config();
    String text = YamlText.of(config);
    // A secret is not told; what stands in its place is too short for some.
    Loaded again = read(text.replace("'***'", "'" + "*".repeat(32) + "'"));
    assertThat(again).as(text).isInstanceOf(Loaded.Valid.class);
    assertThat(Difference.between(config, ((Loaded.Valid) again).config()))
        .filteredOn(each -> !"***".equals(each.before()))
        .as(text)
        .isEmpty();
  }

  @Test
  void thereAreManyOfThem() throws IOException {
    assertThat(good()).hasSizeGreaterThan(20);
  }
}
