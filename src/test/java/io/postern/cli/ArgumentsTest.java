package io.postern.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** How a command line is read. */
class ArgumentsTest {

  private static final Option FILE = new Option(List.of("-c", "--config"), "FILE", "A file.");
  private static final Option NAME = new Option(List.of("--name"), "NAME", "A name.");

  private static Arguments read(String... words) throws MisuseException {
    return Arguments.read(List.of(FILE, NAME), List.of(words));
  }

  @Test
  void aValueFollowsOrIsJoinedByAnEqualsSign() throws MisuseException {
    assertThat(read("-c", "a").value(FILE)).contains("a");
    assertThat(read("--config", "a").value(FILE)).contains("a");
    assertThat(read("--config=a=b").value(FILE)).contains("a=b");
    assertThat(read("--config=").value(FILE)).contains("");
  }

  @Test
  void theLastOfTheSameCounts() throws MisuseException {
    Arguments arguments = read("-c", "a", "--name=n", "--config", "b");

    assertThat(arguments.value(FILE)).contains("b");
    assertThat(arguments.value(NAME)).contains("n");
  }

  @Test
  void whatIsNotGivenHasNoValue() throws MisuseException {
    assertThat(read().value(FILE)).isEmpty();
  }

  @Test
  void whatCannotBeMeantIsRefused() {
    assertThatThrownBy(() -> read("--confg", "a")).hasMessage("nothing here is called --confg");
    assertThatThrownBy(() -> read("a")).hasMessage("nothing here is called a");
    assertThatThrownBy(() -> read("--name", "n", "-c")).hasMessage("-c wants a value: FILE");
  }
}
