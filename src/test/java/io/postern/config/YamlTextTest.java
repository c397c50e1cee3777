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
import org.junit.jupiter.api.io.TempDir;
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

  /** What is read from a file is a secret wherever it is put in. */
  @Test
  void whatAFileHasIsNotTold(@TempDir Path directory) throws IOException {
    Files.writeString(directory.resolve("one"), "first-secret");
    Files.writeString(directory.resolve("two"), "second-secret");
    String text =
        """
        listeners:
          a: {bind: 127.0.0.1:80}
        routes:
          - name: r
            match: {headers: {x-verify: "${file:one}"}, methods: [GET]}
            requestHeaders: {set: {authorization: "Bearer ${file:one}", x-plain: "shown"}}
            respond: {body: "${file:one}", status: 200}
        """;
    Config config = valid(text, directory);
    assertThat(YamlText.of(config))
        .doesNotContain("first-secret")
        .contains("authorization: '***'", "exact: '***'", "body: '***'", "status: 200");
    Config other = valid(text.replace("file:one", "file:two"), directory);
    String told = Difference.between(config, other).toString();
    assertThat(told)
        .doesNotContain("first-secret", "second-secret")
        .contains("routes[r].requestHeaders.set", "routes[r].respond.body: *** -> ***");
    String without = text.substring(0, text.indexOf("  - name")) + "  []\n";
    assertThat(Difference.between(config, valid(without, directory)).toString())
        .doesNotContain("first-secret");
    assertThat(Difference.between(valid(without, directory), config).toString())
        .doesNotContain("first-secret")
        .contains("+ routes[r]: ***");
  }

  private static Config valid(String text, Path directory) {
    Loaded loaded = ConfigLoader.parse("test.yaml", text, directory, Map.of());
    assertThat(loaded).isInstanceOf(Loaded.Valid.class);
    return ((Loaded.Valid) loaded).config();
  }

  @Test
  void thereAreManyOfThem() throws IOException {
    assertThat(good()).hasSizeGreaterThan(20);
  }
}
