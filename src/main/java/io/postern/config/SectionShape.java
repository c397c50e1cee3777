package io.postern.config;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a section of the file looks like: the keys of its record, less its place and its name. The
 * decoder, the schema and the test of the reference all read it here.
 *
 * @param components those of the record, with its place and its name
 * @param names those of the keys
 * @param isNamed whether the key of the map that the section stands in is its name
 */
record SectionShape(
    Class<? extends Record> type,
    Constructor<? extends Record> constructor,
    List<RecordComponent> components,
    List<KeyShape> keys,
    List<String> names,
    boolean isNamed) {

  /** What listeners, routes and pools may be called. */
  static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,62}";

  private static final Pattern NAMES = Pattern.compile(NAME);

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
              ? Optional.of(SectionShape.of(type.asSubclass(Record.class), List.of(components)))
              : Optional.empty();
        }
      };

  private static SectionShape of(Class<? extends Record> type, List<RecordComponent> components) {
    List<KeyShape> keys = keys(components);
    return new SectionShape(
        type,
        constructor(type, components),
        components,
        keys,
        keys.stream().map(KeyShape::name).toList(),
        components.stream().anyMatch(SectionShape::isName));
  }

  private static Constructor<? extends Record> constructor(
      Class<? extends Record> type, List<RecordComponent> components) {
    try {
      return type.getDeclaredConstructor(
          components.stream().map(RecordComponent::getType).toArray(Class<?>[]::new));
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException("no record: " + type, e);
    }
  }

  private static List<KeyShape> keys(List<RecordComponent> components) {
    return components.stream()
        .filter(component -> component.getType() != Place.class && !isName(component))
        .map(KeyShape::new)
        .toList();
  }

  /** Whether a listener, route, pool or tenant may be called so. */
  static boolean isName(String text) {
    return NAMES.matcher(text).matches();
  }

  static SectionShape of(Class<?> type) {
    return SHAPES.get(type).orElseThrow();
  }

  /** Whether values of this type are written as a map with keys of their own. */
  static boolean isSection(Class<?> type) {
    return SHAPES.get(type).isPresent();
  }

  /** Where a section of this type stands. */
  static Place place(Record section) {
    try {
      return (Place) section.getClass().getRecordComponents()[0].getAccessor().invoke(section);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("cannot read " + section.getClass(), e);
    }
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
    for (int i = 0; i < arguments.length; i++) {
      RecordComponent component = components.get(i);
      arguments[i] =
          component.getType() == Place.class
              ? place
              : isName(component) ? name : values.get(component.getName());
    }
    try {
      return constructor.newInstance(arguments);
    } catch (InstantiationException | IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("cannot make " + type, e);
    }
  }

  private static boolean isName(RecordComponent component) {
    return component.isAnnotationPresent(Key.class);
  }
}
