package io.postern.config;

import io.postern.config.Place.Position;
import io.postern.config.Tree.Entry;
import io.postern.config.Tree.Items;
import io.postern.config.Tree.Refused;
import io.postern.config.Tree.Section;
import io.postern.config.Tree.Text;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * From a {@link Tree} to records. A value that is refused is reported and its default taken in its
 * stead, or its section left out, so that everything else is still looked at and one reading finds
 * every problem; a config with problems goes nowhere but into the cross-checks.
 */
final class RecordDecoder {

  private static final Pattern QUOTED = Pattern.compile("\"([^\"]*)\"");

  private final Scalars scalars;
  private final Report report;

  RecordDecoder(Scalars scalars, Report report) {
    this.scalars = scalars;
    this.report = report;
  }

  /** The value of a key that makes a whole file; null where it is none. */
  @Nullable Object value(KeyShape key, Tree tree) {
    return value(key, key.type(), tree, "", null);
  }

  /** A section; null where it is none, or lacks a key that cannot be made up. */
  @Nullable Record section(SectionShape shape, Tree tree, String path, @Nullable String name) {
    Section section = asSection(shape, tree, path);
    if (section == null) {
      return null;
    }
    Place place = place(path, section);
    checkKeys(shape, section, path);
    Map<String, Object> values = new LinkedHashMap<>();
    boolean whole = true;
    for (KeyShape key : shape.keys()) {
      Object value = value(key, section, place);
      if (value != null) {
        values.put(key.name(), value);
      }
      whole &= value != null || key.isNullable();
    }
    return whole ? shape.make(place, name, values) : null;
  }

  private @Nullable Section asSection(SectionShape shape, Tree tree, String path) {
    KeyShape shorthand = shape.shorthand();
    if (tree instanceof Text text && !text.isNothing() && shorthand != null) {
      return new Section(
          text.position(), Map.of(shorthand.name(), new Entry(text.position(), text)));
    }
    if (tree instanceof Section section) {
      return section;
    }
    misplaced(tree, path, "a map with the keys " + String.join(", ", shape.names()));
    return null;
  }

  private void checkKeys(SectionShape shape, Section section, String path) {
    List<String> names = shape.names();
    section
        .entries()
        .forEach(
            (written, entry) -> {
              if (!names.contains(written)) {
                String hint = Nearest.hint(written, names);
                report.problem(
                    entry.key(),
                    Place.below(path, written),
                    "unknown key" + hint,
                    hint.isEmpty() ? Nearest.oneOf(names) : "");
              }
            });
  }

  private @Nullable Object value(KeyShape key, Section section, Place place) {
    String path = Place.below(place.path(), key.name());
    Entry entry = section.entries().get(key.name());
    Object value = entry == null ? null : value(key, key.type(), entry.value(), path, null);
    if (value != null) {
      return value;
    }
    if (entry == null && key.isRequired()) {
      report.problem(place.position(), path, "is missing", key.expected());
    }
    return otherwise(key, path, place.position());
  }

  /** What stands in where a key was left out or its value refused; null where nothing can. */
  private @Nullable Object otherwise(KeyShape key, String path, Position position) {
    Class<?> type = KeyShape.rawType(key.type());
    String text = key.defaultText();
    if (type == List.class) {
      return key.isNullable() ? null : elements(key, path, text == null ? "[]" : text);
    }
    if (type == Map.class) {
      return key.isNullable() ? null : Map.of();
    }
    if (text == null) {
      return null;
    }
    if (SectionShape.isSection(type)) {
      return section(SectionShape.of(type), new Section(position, Map.of()), path, null);
    }
    return standing(key, type, path, text);
  }

  /** The elements of a list that a default is: texts in quotes, or none. */
  private List<Object> elements(KeyShape key, String path, String text) {
    return QUOTED
        .matcher(text)
        .results()
        .map(
            found ->
                standing(
                    key, KeyShape.rawType(KeyShape.argument(key.type())), path, found.group(1)))
        .toList();
  }

  private Object standing(KeyShape key, Class<?> type, String path, String text) {
    try {
      return scalars.read(key, type, text);
    } catch (BadValue e) {
      throw new IllegalStateException("the default of " + path + " " + e.what(), e);
    }
  }

  private @Nullable Object value(
      KeyShape key, Type type, Tree tree, String path, @Nullable String name) {
    Class<?> raw = KeyShape.rawType(type);
    if (raw == List.class) {
      return list(key, KeyShape.argument(type), tree, path);
    }
    if (raw == Map.class) {
      return map(key, KeyShape.argument(type), tree, path);
    }
    if (SectionShape.isSection(raw)) {
      return section(SectionShape.of(raw), tree, path, name);
    }
    return scalar(key, raw, tree, path);
  }

  private @Nullable Object scalar(KeyShape key, Class<?> type, Tree tree, String path) {
    if (!(tree instanceof Text text)) {
      misplaced(tree, path, key.expected(type));
      return null;
    }
    try {
      return scalars.read(key, type, text);
    } catch (BadValue e) {
      report.problem(tree.position(), path, e.what(), e.expected());
      return null;
    }
  }

  private @Nullable List<Object> list(KeyShape key, Type element, Tree tree, String path) {
    if (!(tree instanceof Items items)) {
      misplaced(tree, path, key.expected());
      return null;
    }
    if (items.items().isEmpty() && key.isNonEmpty()) {
      report.problem(tree.position(), path, "is empty", "one entry at least");
    }
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < items.items().size(); i++) {
      Object value = value(key, element, items.items().get(i), path + "[" + i + "]", null);
      if (value != null) {
        values.add(value);
      }
    }
    return Collections.unmodifiableList(values);
  }

  private @Nullable Map<String, Object> map(KeyShape key, Type element, Tree tree, String path) {
    if (!(tree instanceof Section section)) {
      misplaced(tree, path, key.expected());
      return null;
    }
    if (section.entries().isEmpty() && key.isNonEmpty()) {
      report.problem(tree.position(), path, "is empty", "one entry at least");
    }
    Map<String, Object> values = new LinkedHashMap<>();
    section
        .entries()
        .forEach(
            (written, entry) -> {
              String name = key.isByFieldName() ? written.toLowerCase(Locale.ROOT) : written;
              String below = Place.below(path, written);
              checkName(key, element, written, entry, below);
              Object value = value(key, element, entry.value(), below, name);
              if (value != null && values.putIfAbsent(name, value) != null) {
                report.problem(entry.key(), below, "is written twice, in other capitals", "");
              }
            });
    return Collections.unmodifiableMap(values);
  }

  private void checkName(KeyShape key, Type element, String written, Entry entry, String path) {
    Class<?> raw = KeyShape.rawType(element);
    boolean named = SectionShape.isSection(raw) && SectionShape.of(raw).isNamed();
    String quoted = Report.quoted(written);
    if (key.isByFieldName() && !written.matches(SectionShape.TOKEN)) {
      report.problem(entry.key(), path, quoted + " is not a field name", "a token (RFC 9110)");
    } else if (named && !SectionShape.isName(written)) {
      report.problem(entry.key(), path, quoted + " is not a name", SectionShape.NAME_EXPECTED);
    } else if (written.isEmpty()) {
      report.problem(entry.key(), path, "the name is empty", "a name");
    }
  }

  private void misplaced(Tree tree, String path, String expected) {
    if (!(tree instanceof Refused)) {
      boolean nothing = tree instanceof Text text && text.isNothing();
      String what = nothing ? "has no value" : tree.kind() + " stands here";
      report.problem(tree.position(), path, what, expected);
    }
  }

  private Place place(String path, Section section) {
    Map<String, Position> positions = new LinkedHashMap<>();
    Set<String> secrets = new HashSet<>();
    collect(
        section,
        "",
        (key, tree) -> {
          positions.put(key, tree.position());
          if (tree instanceof Text text && Expansion.readsFile(text.raw())) {
            secrets.add(key);
          }
        });
    return new Place(
        report.file(),
        path,
        section.position(),
        Collections.unmodifiableMap(positions),
        Set.copyOf(secrets));
  }

  private static void collect(Tree tree, String path, BiConsumer<String, Tree> to) {
    if (!path.isEmpty()) {
      to.accept(path, tree);
    }
    if (tree instanceof Section section) {
      section.entries().forEach((key, entry) -> collect(entry.value(), Place.below(path, key), to));
    }
    if (tree instanceof Items items) {
      for (int i = 0; i < items.items().size(); i++) {
        collect(items.items().get(i), path + "[" + i + "]", to);
      }
    }
  }
}
