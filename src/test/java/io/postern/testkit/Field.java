package io.postern.testkit;

import java.util.ArrayList;
import java.util.List;

/** A field line as it stood on the wire. */
public record Field(String name, String value) {

  /** Names and values in turn. */
  public static List<Field> list(String... namesAndValues) {
    List<Field> fields = new ArrayList<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      fields.add(new Field(namesAndValues[i], namesAndValues[i + 1]));
    }
    return List.copyOf(fields);
  }

  /** The values of all fields of a name, whatever its case. */
  public static List<String> values(List<Field> fields, String name) {
    return fields.stream().filter(f -> f.name().equalsIgnoreCase(name)).map(Field::value).toList();
  }
}
