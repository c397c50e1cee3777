package io.postern.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The fields that a browser sends to an API, some 1 KB: those of {@code scripts/bench}. */
public final class BrowserFields {

  /** How many there are. */
  public static final int ALL = 15;

  private static final Path FILE = Path.of("scripts/bench.d/fields.txt");

  private BrowserFields() {}

  /**
   * The first of them.
   *
   * @param count how many, at most {@link #ALL}
   */
  public static List<Field> first(int count) {
    try {
      return Files.readAllLines(FILE).subList(0, count).stream().map(BrowserFields::parse).toList();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static Field parse(String line) {
    String[] parts = line.split(": ", 2);
    return new Field(parts[0], parts[1]);
  }
}
