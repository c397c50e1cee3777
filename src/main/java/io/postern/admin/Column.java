package io.postern.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One thing that is told of each of some: a member of a JSON object, and a column of a table.
 *
 * @param name of the member, and the head of the column
 * @param type what it is in JSON
 * @param doc what it means, for the document that describes the API
 * @param value of one of them; null where it has none, which JSON says as null
 */
record Column<T>(String name, Type type, String doc, Function<T, @Nullable Object> value) {

  /** What a value is in JSON, and in the schema of it. */
  sealed interface Type {

    /** A text. */
    record Text() implements Type {}

    /** One of some words, of which an enum has the constants. */
    record Word(Class<? extends Enum<?>> of) implements Type {}

    /** A whole number. */
    record Whole() implements Type {}

    /** A number that may have a fraction. */
    record Fraction() implements Type {}

    /** Whether something is so. */
    record Truth() implements Type {}

    /** A moment, as RFC 3339 writes it. */
    record Time() implements Type {}

    /** Some texts. */
    record Texts() implements Type {}

    /** Some things, each of which has columns of its own; in no table. */
    record Things(Shape<?> shape) implements Type {}
  }

  static <T> Column<T> text(String name, String doc, Function<T, @Nullable Object> value) {
    return new Column<>(name, new Type.Text(), doc, value);
  }

  static <T> Column<T> word(
      String name, String doc, Class<? extends Enum<?>> of, Function<T, @Nullable Object> value) {
    return new Column<>(name, new Type.Word(of), doc, value);
  }

  static <T> Column<T> whole(String name, String doc, Function<T, @Nullable Object> value) {
    return new Column<>(name, new Type.Whole(), doc, value);
  }

  static <T> Column<T> number(String name, String doc, Function<T, @Nullable Object> value) {
    return new Column<>(name, new Type.Fraction(), doc, value);
  }

  static <T> Column<T> truth(String name, String doc, Function<T, @Nullable Object> value) {
    return new Column<>(name, new Type.Truth(), doc, value);
  }

  static <T> Column<T> time(String name, String doc, Function<T, @Nullable Object> value) {
    return new Column<>(name, new Type.Time(), doc, value);
  }

  static <T> Column<T> texts(String name, String doc, Function<T, @Nullable Object> value) {
    return new Column<>(name, new Type.Texts(), doc, value);
  }

  static <T, U> Column<T> things(
      String name, String doc, Shape<U> shape, Function<T, List<U>> value) {
    return new Column<>(name, new Type.Things(shape), doc, value::apply);
  }

  /** As people read it; a hyphen for nothing. */
  String text(T of) {
    Object told = value.apply(of);
    String text = told instanceof List<?> list ? String.join(" ", words(list)) : told(told);
    return text.isEmpty() ? "-" : text;
  }

  private static List<String> words(List<?> list) {
    return list.stream().map(Column::told).toList();
  }

  private static String told(@Nullable Object value) {
    return switch (value) {
      case null -> "";
      case Enum<?> constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
      case Double number -> BigDecimal.valueOf(number).toPlainString();
      case Instant moment -> moment.truncatedTo(ChronoUnit.MILLIS).toString();
      default -> value.toString();
    };
  }

  /** As a member of the object that is being written. */
  void write(JsonGenerator to, T of) throws IOException {
    Object told = value.apply(of);
    to.writeFieldName(name);
    switch (type) {
      case Type.Things(Shape<?> shape) when told instanceof List<?> list -> shape.write(to, list);
      default -> value(to, told);
    }
  }

  private static void value(JsonGenerator to, @Nullable Object value) throws IOException {
    switch (value) {
      case null -> to.writeNull();
      case Boolean truth -> to.writeBoolean(truth);
      case Integer number -> to.writeNumber(number);
      case Long number -> to.writeNumber(number);
      case Double number -> to.writeNumber(number);
      case List<?> list -> {
        to.writeStartArray();
        for (Object each : list) {
          to.writeString(told(each));
        }
        to.writeEndArray();
      }
      default -> to.writeString(told(value));
    }
  }

  /** Whether it has a place in a table. */
  boolean isInTable() {
    return !(type instanceof Type.Things);
  }

  /** Whether it stands at the right, as numbers do. */
  boolean isNumeric() {
    return type instanceof Type.Whole || type instanceof Type.Fraction;
  }

  /** What a value may be, as a JSON schema says it. */
  void describe(JsonGenerator to) throws IOException {
    to.writeObjectFieldStart(name);
    to.writeStringField("description", doc);
    switch (type) {
      case Type.Text _ -> types(to, "string");
      case Type.Word(Class<? extends Enum<?>> of) -> words(to, of);
      case Type.Whole _ -> types(to, "integer");
      case Type.Fraction _ -> types(to, "number");
      case Type.Truth _ -> types(to, "boolean");
      case Type.Time _ -> {
        types(to, "string");
        to.writeStringField("format", "date-time");
      }
      case Type.Texts _ -> {
        to.writeStringField("type", "array");
        to.writeObjectFieldStart("items");
        to.writeStringField("type", "string");
        to.writeEndObject();
      }
      case Type.Things(Shape<?> shape) -> shape.describeList(to);
    }
    to.writeEndObject();
  }

  /** Anything may have no value. */
  private static void types(JsonGenerator to, String type) throws IOException {
    to.writeArrayFieldStart("type");
    to.writeString(type);
    to.writeString("null");
    to.writeEndArray();
  }

  private static void words(JsonGenerator to, Class<? extends Enum<?>> of) throws IOException {
    to.writeArrayFieldStart("enum");
    for (Enum<?> each : of.getEnumConstants()) {
      to.writeString(told(each));
    }
    to.writeNull();
    to.writeEndArray();
  }
}
