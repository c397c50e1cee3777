package io.postern.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code responses.md} says what the enums say. */
final class ResponsesPageTest {

  private static final Path PAGE = Path.of("src/site/markdown/responses.md");

  @Test
  void theTableHasEachReasonInOrderWithItsStatusPartyAndConnection() throws IOException {
    List<List<String>> expected =
        Arrays.stream(Reason.values())
            .map(
                each ->
                    List.of(
                        "`" + each.label() + "`",
                        Integer.toString(each.status()),
                        Character.toString(each.party().letter()),
                        each.closes() ? "close" : "keep"))
            .toList();
    assertThat(
            table("The table").map(row -> List.of(row.get(0), row.get(1), row.get(2), row.get(4))))
        .containsExactlyElementsOf(expected);
  }

  @Test
  void thePhasesOfAReasonArePhasesInTheirOrder() throws IOException {
    List<String> phases =
        Arrays.stream(Phase.values())
            .filter(each -> each != Phase.DONE)
            .map(each -> Character.toString(each.letter()))
            .toList();
    assertThat(table("The table"))
        .isNotEmpty()
        .allSatisfy(
            row -> {
              List<String> named = List.of(row.get(3).split(" "));
              assertThat(named)
                  .as(row.get(0))
                  .isNotEmpty()
                  .containsExactlyElementsOf(phases.stream().filter(named::contains).toList());
            });
  }

  @Test
  void eachReasonHasItsWordsInTheOrderOfTheTable() throws IOException {
    List<String> labels = Arrays.stream(Reason.values()).map(Reason::label).toList();
    assertThat(lines().filter(line -> line.startsWith("#### ")).map(line -> line.substring(5)))
        .containsExactlyElementsOf(labels);
  }

  @Test
  void theFirstLettersAreThePartiesAndTheSecondThePhases() throws IOException {
    Stream<List<String>> parties =
        Arrays.stream(Party.values()).map(each -> row(each.letter(), each.name()));
    Stream<List<String>> phases =
        Arrays.stream(Phase.values()).map(each -> row(each.letter(), each.name()));
    assertThat(table("Termination codes").map(cells -> cells.subList(0, 2)))
        .containsExactlyElementsOf(Stream.concat(parties, phases).toList());
  }

  private static List<String> row(char letter, String name) {
    return List.of("`" + letter + "`", "`" + name + "`");
  }

  /** The rows of the tables below a heading, without those that head them. */
  private static Stream<List<String>> table(String heading) throws IOException {
    return lines()
        .dropWhile(line -> !line.equals("## " + heading))
        .skip(1)
        .takeWhile(line -> !line.startsWith("## "))
        .filter(line -> line.startsWith("| `"))
        .map(line -> List.of(line.substring(2, line.length() - 2).split(" \\| ")));
  }

  private static Stream<String> lines() throws IOException {
    return Files.readAllLines(PAGE).stream();
  }
}
