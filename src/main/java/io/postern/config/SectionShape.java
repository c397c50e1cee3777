package io.postern.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a section of the file looks like: the keys of its record, less its place and its name. The
 * decoder, the schema and the test of the reference all read it here.
 */
record SectionShape(Class<? extends Record> type, List<KeyShape> keys) {

  /** What listeners, routes and pools may be called. */
  static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,62}";

  /** A token (RFC 9110 §5.6.2). */
  static final String TOKEN = "[A-Za-z0-9!#$%&'*+.^_`|~-]+";

  static final String NAME_EXPECTED = "a name of at most 63 letters, digits, '-', '_' and '.'";

  static SectionShape of(Class<?> type) {
    List<KeyShape> keys =
        Arrays.stream(type.getRecordComponents())
            .filter(component -> component.getType() != Place.class && !isName(component))
            .map(KeyShape::new)
            .toList();
    return new SectionShape(type.asSubclass(Record.class), keys);
  }

  /** Whether values of this type are written as a map with keys of their own. */
  static boolean isSection(Class<?> type) {
    return type.isRecord() && type.getRecordComponents()[0].getType() == Place.class;
  }

  /** Whether the key of the map that the section stands in is its name. */
  boolean isNamed() {
    return Arrays.stream(type.getRecordComponents()).anyMatch(SectionShape::isName);
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
    RecordComponent[] components = type.getRecordComponents();
    @Nullable Object[] arguments = new @Nullable Object[components.length];
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      arguments[i] =
          types[i] == Place.class
              ? place
              : isName(components[i]) ? name : values.get(components[i].getName());
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
