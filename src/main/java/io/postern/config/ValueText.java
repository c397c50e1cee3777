package io.postern.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Values of the config as they would be written in a file, on one line; secrets never are. */
public final class ValueText {

  private ValueText() {}

  /** A value; {@code none} for none, and of a section only what differs from a default. */
  public static String of(@Nullable Object value) {
    return switch (value) {
      case null -> "none";
      case Enum<?> constant -> ScalarType.written(constant);
      case Duration duration -> of(duration);
      case List<?> list ->
          list.stream().map(ValueText::of).collect(Collectors.joining(", ", "[", "]"));
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(each -> each.getKey() + ": " + of(each.getValue()))
              .collect(Collectors.joining(", ", "{", "}"));
      default -> SectionShape.isSection(value.getClass()) ? section(value) : value.toString();
    };
  }

  /**
   * Reads a length of time as it is written in a file.
   *
   * @throws IllegalArgumentException where it is none
   */
  public static Duration duration(String text) {
    return ScalarType.duration(text);
  }

  private static String section(Object section) {
    return SectionShape.of(section.getClass()).keys().stream()
        .filter(key -> isTold(key, key.valueIn(section)))
        .map(key -> key.name() + ": " + of(key.valueIn(section)))
        .collect(Collectors.joining(", ", "{", "}"));
  }

  private static boolean isTold(KeyShape key, @Nullable Object value) {
    String text = of(value);
    return value != null && !text.equals(key.defaultText()) && !text.equals("{}");
  }

  private static String of(Duration duration) {
    long millis = duration.toMillis();
    if (millis % 1000 != 0 || millis == 0) {
      return millis == 0 ? "0s" : millis + "ms";
    }
    long seconds = millis / 1000;
    if (seconds % 3600 == 0) {
      return seconds / 3600 + "h";
    }
    return seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
  }
}
