package io.postern.config;

import io.postern.config.Tree.Text;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** From the text of a scalar to its value: expanded, parsed, and within what its key allows. */
final class Scalars {

  private final Expansion expansion;
  private final Path directory;
  private final Report report;

  /**
   * @param directory what relative paths are relative to
   */
  Scalars(Expansion expansion, Path directory, Report report) {
    this.expansion = expansion;
    this.directory = directory;
    this.report = report;
  }

  /** The value of a scalar of the file. */
  Object read(KeyShape key, Class<?> type, Text text) throws BadValue {
    if (text.isNothing()) {
      String none = type == String.class && key.matches() == null ? ", or \"\" for none" : "";
      throw new BadValue("has no value", key.expected(type) + none);
    }
    Expansion.Expanded expanded = expansion.expand(text.raw());
    if (expanded.secret()) {
      report.secret(text.position(), text.raw());
    }
    return parse(key, type, expanded.text(), expanded.secret() ? text.raw() : null);
  }

  /** The value of a default. */
  Object read(KeyShape key, Class<?> type, String text) throws BadValue {
    return parse(key, type, text, null);
  }

  /**
   * @param secret how the text was written, where a secret is in it
   */
  private Object parse(KeyShape key, Class<?> type, String text, @Nullable String secret)
      throws BadValue {
    String shown = secret == null ? text : secret;
    if (type.isEnum()) {
      return constant(type, text, secret);
    }
    Object value = parse(key, ScalarType.of(type), text, secret);
    checkRange(key, value, shown);
    Matches matches = key.matches();
    if (matches != null && !text.matches(matches.regex())) {
      throw new BadValue(Report.quoted(shown) + " is not valid", matches.expected());
    }
    return switch (value) {
      case Path path -> directory.resolve(path);
      case PartFile file -> expansion.resolved(file);
      default -> value;
    };
  }

  private static Object parse(KeyShape key, ScalarType type, String text, @Nullable String secret)
      throws BadValue {
    try {
      return type.parser().apply(text);
    } catch (IllegalArgumentException e) {
      // What a parser says may hold a part of the text; of a number the key knows more.
      boolean own = secret == null && type.type() != int.class;
      String expected = own ? String.valueOf(e.getMessage()) : key.expected(type.type());
      String shown = Report.quoted(secret == null ? text : secret);
      throw new BadValue(shown + " is not valid", Report.printable(expected));
    }
  }

  private static Object constant(Class<?> type, String text, @Nullable String secret)
      throws BadValue {
    Object[] constants = type.getEnumConstants();
    List<String> names = Arrays.stream(constants).map(ScalarType::written).toList();
    int index = names.indexOf(text);
    if (index < 0) {
      String hint = secret == null ? Nearest.hint(text, names) : "";
      String shown = Report.quoted(secret == null ? text : secret);
      throw new BadValue(shown + " is not valid" + hint, Nearest.oneOf(names));
    }
    return constants[index];
  }

  private static void checkRange(KeyShape key, Object value, String shown) throws BadValue {
    Range range = key.range();
    if (range == null) {
      return;
    }
    ScalarType type = ScalarType.of(key.component().getType());
    long number = magnitude(value);
    if (number < magnitude(type.parser().apply(range.min()))
        || number > magnitude(type.parser().apply(range.max()))) {
      throw new BadValue(
          Report.printable(shown) + " is out of range", range.min() + " to " + range.max());
    }
  }

  private static long magnitude(Object value) {
    return switch (value) {
      case Integer number -> number;
      case Size size -> size.bytes();
      case ByteRate rate -> rate.bytesPerSecond();
      case Duration duration -> duration.toMillis();
      default -> throw new IllegalStateException("no range for " + value.getClass());
    };
  }
}
