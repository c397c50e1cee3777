package io.postern.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a section of the file looks like: the keys of its record, less its place and its name. The
 * decoder, the schema and the test of the reference all read it here.
 *
 * @param components those of the record, with its place and its name
 * @param isNamed whether the key of the map that the section stands in is its name
 */
record SectionShape(
    Class<? extends Record> type,
    List<RecordComponent> components,
    List<KeyShape> keys,
    boolean isNamed) {

  /** What listeners, routes and pools may be called. */
  static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,62}";

  /** A token (RFC 9110 §5.6.2). */
  static final String TOKEN = "[A-Za-z0-9!#$%&'*+.^_`|~-]+";

  static final String NAME_EXPECTED = "a name of at most 63 letters, digits, '-', '_' and '.'";

  /** Kept: reflection reads the annotations anew for each that asks, and many ask at a start. */
  private static final ClassValue<Optional<SectionShape>> SHAPES =
      new ClassValue<>() {
        @Override
        protected Optional<SectionShape> computeValue(Class<?> type) {
          RecordComponent[] components = type.getRecordComponents();
          boolean section = components != null && components[0].getType() == Place.class;
          return section
              ? Optional.of(new SectionShape(type.asSubclass(Record.class), List.of(components)))
              : Optional.empty();
        }
      };

  private SectionShape(Class<? extends Record> type, List<RecordComponent> components) {
    this(type, components, keys(components), components.stream().anyMatch(SectionShape::isName));
  }

  private static List<KeyShape> keys(List<RecordComponent> components) {
    return components.stream()
        .filter(component -> component.getType() != Place.class && !isName(component))
        .map(KeyShape::new)
        .toList();
  }

  static SectionShape of(Class<?> type) {
    return SHAPES.get(type).orElseThrow();
  }

  /** Whether values of this type are written as a map with keys of their own. */
  static boolean isSection(Class<?> type) {
    return SHAPES.get(type).isPresent();
  }

  List<String> names() {
    return keys.stream().map(KeyShape::name).toList();
  }

  /** The key that a plain value in place of the section stands for. */
  @Nullable KeyShape shorthand() {
    return keys.stream().filter(KeyShape::isShorthand).findFirst().orElse(null);
  }

  /**
   * Makes the section.
   *
   * @param name its key in its map, where it has a name
   * @param values for each key its value; those that may be null may be left out
   */
  Record make(Place place, @Nullable String name, Map<String, Object> values) {
    @Nullable Object[] arguments = new @Nullable Object[components.size()];
    Class<?>[] types = new Class<?>[components.size()];
    for (int i = 0; i < types.length; i++) {
      RecordComponent component = components.get(i);
      types[i] = component.getType();
      arguments[i] =
          types[i] == Place.class
              ? place
              : isName(component) ? name : values.get(component.getName());
    }
    try {
      return type.getDeclaredConstructor(types).newInstance(arguments);
    } catch (NoSuchMethodException
        | InstantiationException
        | IllegalAccessException
        | InvocationTargetException e) {
      throw new IllegalStateException("cannot make " + type, e);
    }
  }

  private static boolean isName(RecordComponent component) {
    return component.isAnnotationPresent(Key.class);
  }
}
