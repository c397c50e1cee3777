package io.postern.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What is told of each of some things, said once for all who are told: a JSON object, a row of a
 * table, and the schema of the object in the document that describes the API.
 *
 * @param columns in their order
 */
record Shape<T>(List<Column<T>> columns) {

  private static final String GAP = "  ";

  @SafeVarargs
  @SuppressWarnings("varargs") // they are only read
  static <T> Shape<T> of(Column<T>... columns) {
    return new Shape<>(List.of(columns));
  }

  /** The members of an object that has begun. */
  void members(JsonGenerator to, T of) throws IOException {
    for (Column<T> each : columns) {
      each.write(to, of);
    }
  }

  /** An array of them. */
  void write(JsonGenerator to, List<?> all) throws IOException {
    to.writeStartArray();
    for (Object each : all) {
      to.writeStartObject();
      members(to, cast(each));
      to.writeEndObject();
    }
    to.writeEndArray();
  }

  @SuppressWarnings("unchecked") // Column.things puts a list beside the shape of what is in it
  private T cast(Object one) {
    return (T) one;
  }

  /** A table of them, each line ended, with a line of heads. */
  String table(List<T> all) {
    List<Column<T>> shown = columns.stream().filter(Column::isInTable).toList();
    List<List<String>> rows =
        all.stream().map(one -> shown.stream().map(column -> column.text(one)).toList()).toList();
    int[] widths =
        IntStream.range(0, shown.size())
            .map(
                at ->
                    rows.stream()
                        .mapToInt(row -> row.get(at).length())
                        .reduce(shown.get(at).name().length(), Math::max))
            .toArray();
    StringBuilder text = new StringBuilder();
    line(text, shown, widths, shown.stream().map(Column::name).toList());
    rows.forEach(row -> line(text, shown, widths, row));
    return text.toString();
  }

  private static <T> void line(
      StringBuilder text, List<Column<T>> columns, int[] widths, List<String> cells) {
    int begin = text.length();
    for (int at = 0; at < cells.size(); at++) {
      String room = " ".repeat(widths[at] - cells.get(at).length());
      boolean right = columns.get(at).isNumeric();
      text.append(at == 0 ? "" : GAP)
          .append(right ? room : "")
          .append(cells.get(at))
          .append(right ? "" : room);
    }
    int end = text.length();
    while (end > begin && text.charAt(end - 1) == ' ') {
      end--;
    }
    text.setLength(end);
    text.append('\n');
  }

  /** The rest of a schema of an object: it has these members, and no others. */
  void describe(JsonGenerator to) throws IOException {
    to.writeStringField("type", "object");
    to.writeBooleanField("additionalProperties", false);
    to.writeArrayFieldStart("required");
    for (Column<T> each : columns) {
      to.writeString(each.name());
    }
    to.writeEndArray();
    to.writeObjectFieldStart("properties");
    for (Column<T> each : columns) {
      each.describe(to);
    }
    to.writeEndObject();
  }

  /** The rest of a schema of an array of them. */
  void describeList(JsonGenerator to) throws IOException {
    to.writeStringField("type", "array");
    to.writeObjectFieldStart("items");
    describe(to);
    to.writeEndObject();
  }
}
