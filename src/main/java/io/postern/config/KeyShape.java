package io.postern.config;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One key of a section, as its record declares it.
 *
 * @param type the class, a parameterised {@code List} of one, or a {@code Map} of texts to one
 * @param isNullable whether it may be left out, and then has no value; kept, as {@code type} is:
 *     reflection makes both anew for each that asks, and a file of a hundred thousand tenants asks
 *     millions of times
 */
record KeyShape(RecordComponent component, Type type, boolean isNullable) {

  KeyShape(RecordComponent component) {
    this(
        component,
        component.getGenericType(),
        component.getAnnotatedType().isAnnotationPresent(Nullable.class));
  }

  String name() {
    return component.getName();
  }

  String doc() {
    Doc doc = component.getAnnotation(Doc.class);
    return doc == null ? "" : doc.value();
  }

  /** The value where the key is left out, as it would be written. */
  @Nullable String defaultText() {
    Default written = component.getAnnotation(Default.class);
    return written == null ? null : written.value();
  }

  boolean isRequired() {
    return defaultText() == null && !isNullable();
  }

  @Nullable Range range() {
    return component.getAnnotation(Range.class);
  }

  @Nullable Matches matches() {
    return component.getAnnotation(Matches.class);
  }

  boolean isNonEmpty() {
    return component.isAnnotationPresent(NonEmpty.class);
  }

  boolean isByFieldName() {
    return component.isAnnotationPresent(ByFieldName.class);
  }

  boolean isShorthand() {
    return component.isAnnotationPresent(Shorthand.class);
  }

  /** What a section has for it. */
  @Nullable Object valueIn(Object section) {
    try {
      return component.getAccessor().invoke(section);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("cannot read " + component, e);
    }
  }

  /** What should stand here, in words. */
  String expected() {
    return expected(type());
  }

  /** What should stand for a value of this type, here or in a list or map here. */
  String expected(Type type) {
    Class<?> raw = rawType(type);
    if (raw == List.class) {
      return "a list, each " + expected(argument(type));
    }
    if (raw == Map.class) {
      return "a map, each " + expected(argument(type));
    }
    if (SectionShape.isSection(raw)) {
      return "a map with the keys " + String.join(", ", SectionShape.of(raw).names());
    }
    if (raw.isEnum()) {
      return Nearest.oneOf(Arrays.stream(raw.getEnumConstants()).map(ScalarType::written).toList());
    }
    Range range = range();
    if (range != null && type == int.class) {
      return "a whole number from " + range.min() + " to " + range.max();
    }
    Matches matches = matches();
    return matches == null ? ScalarType.of(raw).expected() : matches.expected();
  }

  static Class<?> rawType(Type type) {
    return type instanceof ParameterizedType parameterised
        ? (Class<?>) parameterised.getRawType()
        : (Class<?>) type;
  }

  /** The type of the elements of a list, or of the values of a map. */
  static Type argument(Type type) {
    Type[] arguments = ((ParameterizedType) type).getActualTypeArguments();
    return arguments[arguments.length - 1];
  }
}
