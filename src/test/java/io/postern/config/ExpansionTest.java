package io.postern.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.config.Expansion.Expanded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ExpansionTest {

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "plain,plain",
        "${A},one",
        "x${A}y${A}z,xoneyonez",
        "${A:-two},one",
        "${NONE:-two},two",
        "${NONE:-},\"\"",
        "${EMPTY:-two},two",
        "${EMPTY},\"\"",
        "${NONE:-a:-b},a:-b",
        "$${A},${A}",
        "$$${A},$${A}",
        "$A $ {A} $$,$A $ {A} $$",
        "\"${NONE:-a\nb}\",\"a\nb\"",
        "${NESTED},${A}",
        "end$,end$"
      })
  void putsVariablesIn(String raw, String text) throws BadValue {
    Map<String, String> environment = Map.of("A", "one", "EMPTY", "", "NESTED", "${A}");
    assertThat(new Expansion(directory, environment).expand(raw))
        .isEqualTo(new Expanded(text, false));
  }

  @ParameterizedTest
  @CsvSource({"'a\n',a", "'a\r\n',a", "'a\n\n','a\n'", "a,a", "'a\nb','a\nb'", "'\n',''"})
  void readsSecretsLessTheirLastLineFeed(String content, String text) throws IOException, BadValue {
    Files.writeString(directory.resolve("secret"), content);
    assertThat(new Expansion(directory, Map.of()).expand("<${file:secret}>"))
        .isEqualTo(new Expanded("<" + text + ">", true));
  }

  @Test
  void readsSecretsByTheirWholePath() throws IOException, BadValue {
    Path secret = Files.writeString(directory.resolve("secret"), "x");
    Expansion elsewhere = new Expansion(Path.of("elsewhere"), Map.of());
    assertThat(elsewhere.expand("${file:" + secret + "}").text()).isEqualTo("x");
  }

  @Test
  void readsNoFileThatIsNoSecret() throws IOException {
    Files.write(directory.resolve("large"), new byte[65537]);
    assertThatThrownBy(() -> new Expansion(directory, Map.of()).expand("${file:large}"))
        .isInstanceOf(BadValue.class)
        .hasMessage("the file \"large\" cannot be read: it is larger than 65536 bytes");
  }
}
