package io.postern.testkit;

import java.util.List;

/**
 * A whole response as a client saw it.
 *
 * @param status its code
 * @param fields its fields, without pseudo-header fields
 * @param content its content and trailers
 */
public record Answer(int status, List<Field> fields, Received content) {

  /** The values of all fields of a name. */
  public List<String> values(String name) {
    return Field.values(fields, name);
  }

  /** The values of a field, joined; empty where there is none. */
  public String field(String name) {
    return String.join(", ", values(name));
  }

  /** The content as Latin-1. */
  public String text() {
    return content.text();
  }
}
