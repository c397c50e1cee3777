package io.postern.config;

import io.postern.config.Place.Position;
import java.util.List;
import java.util.Map;

/** The file as it is written: every node with its position, nothing resolved, nothing expanded. */
sealed interface Tree {

  Position position();

  /** What stands here, for messages. */
  default String kind() {
    return switch (this) {
      case Text _ -> "a single value";
      case Items _ -> "a list";
      case Section _ -> "a map";
      case Refused _ -> "something that was reported already";
    };
  }

  /**
   * A scalar.
   *
   * @param raw its text, whatever YAML would make of it
   * @param plain whether it has no quotes
   */
  record Text(Position position, String raw, boolean plain) implements Tree {

    /** Whether nothing was written, not even a pair of quotes. */
    boolean isNothing() {
      return plain && raw.isEmpty();
    }
  }

  /** A list. */
  record Items(Position position, List<Tree> items) implements Tree {}

  /** A map, in the order of the file. */
  record Section(Position position, Map<String, Entry> entries) implements Tree {}

  /** What could not be taken in, and is in the report. */
  record Refused(Position position) implements Tree {}

  /**
   * An entry of a map.
   *
   * @param key where its key stands
   */
  record Entry(Position key, Tree value) {}
}
