package io.postern;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The table of rooms in {@code architecture.md} is that of the code. */
class ArchitecturePageTest {

  private static final Path PAGE = Path.of("src/site/markdown/architecture.md");
  private static final Pattern NAME = Pattern.compile("`([a-z]+)`");

  @Test
  void theTableOfRoomsHasThoseThatExistWithWhatTheyImport() throws IOException {
    Map<String, Set<String>> told = told();
    assertThat(new ArrayList<>(told.keySet()))
        .isEqualTo(Rooms.IN_ORDER.stream().filter(importsByRoom()::containsKey).toList());
    assertThat(told).isEqualTo(importsByRoom());
  }

  private static Map<String, Set<String>> told() throws IOException {
    return Files.readAllLines(PAGE).stream()
        .dropWhile(line -> !line.equals("## Rooms"))
        .takeWhile(line -> !line.equals("## The life of a request"))
        .filter(line -> line.startsWith("| `"))
        .map(line -> line.split(" \\| "))
        .collect(
            Collectors.toMap(
                cells -> names(cells[0]).findFirst().orElseThrow(),
                cells -> names(cells[2]).collect(Collectors.toCollection(TreeSet::new)),
                (_, second) -> second,
                LinkedHashMap::new));
  }

  private static Stream<String> names(String cell) {
    Function<MatchResult, String> name = match -> match.group(1);
    return NAME.matcher(cell).results().map(name);
  }

  private static Map<String, Set<String>> importsByRoom() {
    return Rooms.CLASSES.stream()
        .collect(
            Collectors.groupingBy(
                Rooms::of,
                Collectors.flatMapping(
                    type ->
                        type.getDirectDependenciesFromSelf().stream()
                            .map(each -> Rooms.of(each.getTargetClass()))
                            .filter(room -> !room.isEmpty() && !room.equals(Rooms.of(type))),
                    Collectors.toCollection(TreeSet::new))));
  }
}
