package io.postern.config;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The rows of the reference in {@code config/README.md}, one for each key path of the records. */
final class Reference {

  /** A section with more keys than that is described once, and pointed to from elsewhere. */
  private static final int MANY = 8;

  private final List<String> rows = new ArrayList<>();
  private final Set<Class<?>> described = new HashSet<>();

  private Reference() {}

  static List<String> rows() {
    Reference reference = new Reference();
    reference.section(SectionShape.of(Config.class), "");
    return reference.rows;
  }

  private void section(SectionShape shape, String path) {
    for (KeyShape key : shape.keys()) {
      rows.add(row(key, Place.below(path, key.name())));
      below(key.type(), Place.below(path, key.name()));
    }
  }

  private void below(Type type, String path) {
    Class<?> raw = KeyShape.rawType(type);
    if (raw == List.class) {
      below(KeyShape.argument(type), path + "[]");
    } else if (raw == Map.class) {
      below(KeyShape.argument(type), path + ".NAME");
    } else if (SectionShape.isSection(raw)
        && (described.add(raw) || SectionShape.of(raw).keys().size() <= MANY)) {
      section(SectionShape.of(raw), path);
    }
  }

  private static String row(KeyShape key, String path) {
    return "| `%s` | %s | %s | %s |"
        .formatted(path, type(key, key.type()), otherwise(key), key.doc().replace("|", "\\|"));
  }

  private static String otherwise(KeyShape key) {
    String text = key.defaultText();
    if (text == null) {
      return key.isNullable() ? "none" : "**required**";
    }
    return text.isEmpty() ? "empty" : "`" + text + "`";
  }

  private static String type(KeyShape key, Type type) {
    Class<?> raw = KeyShape.rawType(type);
    if (raw == List.class) {
      return "list of " + type(key, KeyShape.argument(type));
    }
    if (raw == Map.class) {
      return "map of names to " + type(key, KeyShape.argument(type));
    }
    if (SectionShape.isSection(raw)) {
      return SectionShape.of(raw).shorthand() == null ? "section" : "text or section";
    }
    if (raw.isEnum()) {
      return Arrays.stream(raw.getEnumConstants())
          .map(constant -> "`" + ScalarType.written(constant) + "`")
          .collect(Collectors.joining(" or "));
    }
    Range range = key.range();
    String name = ScalarType.of(raw).name();
    return range == null ? name : name + ", " + range.min() + " to " + range.max();
  }
}
