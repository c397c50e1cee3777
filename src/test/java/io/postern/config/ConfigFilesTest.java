package io.postern.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What ships in {@code config/}: the example, the schema and the reference. */
final class ConfigFilesTest {

  private static final String WARNINGS = "\n## Warnings\n";

  private static final Path EXAMPLE = Path.of("config/postern.yaml");
  private static final Path REFERENCE = Path.of("config/README.md");

  @Test
  void theExampleLoads() {
    Loaded loaded = ConfigLoader.load(EXAMPLE, Map.of());
    assertThat(loaded).isInstanceOf(Loaded.Valid.class);
    assertThat(loaded.warnings()).isEmpty();
    Config config = ((Loaded.Valid) loaded).config();
    assertThat(config.listeners().keySet()).containsExactly("edge", "plain");
    assertThat(requireNonNull(config.routes().get(1).redirect()).location())
        .isEqualTo("https://login.example.com${path}");
    assertThat(
            requireNonNull(config.pools().get("control-plane-canary"))
                .servers()
                .getFirst()
                .address())
        .isEqualTo(new HostPort("10.1.0.20", 8080));
    assertThat(config.routes().get(5).timeouts().response()).isEqualTo(Duration.ofMinutes(4));
  }

  @Test
  void theExampleNamesTheSchema() throws IOException {
    assertThat(Files.readAllLines(EXAMPLE).getFirst())
        .isEqualTo("# yaml-language-server: $schema=postern.schema.json");
  }

  @Test
  void theSchemaIsCurrent() throws IOException {
    assertThat(Files.readString(Path.of("config/postern.schema.json")))
        .as("run `postern schema` and put what it prints into config/postern.schema.json")
        .isEqualTo(ConfigSchema.json());
  }

  @Test
  void theMethodsThatTheOptionsOfTheJvmNameExist() throws Exception {
    Pattern command = Pattern.compile("-XX:CompileCommand=dontinline,(.+)::(.+)");
    List<Matcher> named =
        Files.readAllLines(Path.of("config/jvm.options")).stream()
            .map(command::matcher)
            .filter(Matcher::matches)
            .toList();
    assertThat(named).isNotEmpty();
    for (Matcher each : named) {
      assertThat(
              Class.forName(each.group(1), false, getClass().getClassLoader()).getDeclaredMethods())
          .as(each.group())
          .extracting(Method::getName)
          .contains(each.group(2));
    }
  }

  @Test
  void theReferenceHasEveryKeyAsItsRecordDeclaresItAndNoOther() throws IOException {
    List<String> rows = keys().lines().filter(line -> line.startsWith("| `")).toList();
    assertThat(rows).containsExactlyElementsOf(Reference.rows());
  }

  @Test
  void theReferenceHasEveryWarningAndItsMeaning() throws IOException {
    String text = Files.readString(REFERENCE);
    String section = text.substring(text.indexOf(WARNINGS));
    List<String> rows = section.lines().filter(line -> line.startsWith("| `")).toList();
    assertThat(rows)
        .containsExactly(
            Stream.of(WarningCode.values())
                .map(code -> "| `" + code + "` | " + code.meaning() + " |")
                .toArray(String[]::new));
  }

  @Test
  void theExamplesOfTheReferenceLoadTogether() throws IOException {
    String secret = "0".repeat(32); // there are no such files here
    String examples =
        String.join("", examples(keys()))
            .replaceAll("\\$\\{file:/run/secrets/([a-z]+)}", "$1" + secret);
    Loaded loaded = ConfigLoader.parse("README.md", examples, Path.of("config"), Map.of());
    assertThat(loaded).isInstanceOf(Loaded.Valid.class);
    assertThat(loaded.warnings()).isEmpty();
  }

  @Test
  void theExampleOfTheReadmeLoads() throws IOException {
    List<String> examples = examples(Files.readString(Path.of("README.md")));
    assertThat(examples).hasSize(1);
    assertThat(examples.getFirst().lines()).as("ten lines are a promise").hasSize(10);
    Loaded loaded = ConfigLoader.parse("README.md", examples.getFirst(), Path.of(""), Map.of());
    assertThat(loaded.warnings()).isEmpty();
    assertThat(loaded)
        .isInstanceOfSatisfying(
            Loaded.Valid.class,
            valid ->
                assertThat(requireNonNull(valid.config().pools().get("web")).servers()).hasSize(2));
  }

  @Test
  void theProblemsOfTheReferenceAreReal() throws IOException {
    List<String> shown =
        Files.readAllLines(REFERENCE).stream()
            .filter(line -> line.startsWith("postern.yaml:"))
            .map(line -> line.replace("postern.yaml:", "many-at-once.yaml:"))
            .toList();
    assertThat(Files.readAllLines(Path.of("src/test/resources/config/many-at-once.txt")))
        .containsSubsequence(shown);
    assertThat(shown).hasSize(4);
  }

  private static List<String> examples(String page) {
    return Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL)
        .matcher(page)
        .results()
        .map(example -> example.group(1))
        .toList();
  }

  private static String keys() throws IOException {
    String text = Files.readString(REFERENCE);
    return text.substring(text.indexOf("\n## Keys\n"), text.indexOf(WARNINGS));
  }
}
