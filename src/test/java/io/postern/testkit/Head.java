package io.postern.testkit;

import java.util.ArrayList;
import java.util.List;

/**
 * A head of HTTP/1.1 as it stood on the wire.
 *
 * @param raw all of it, with the empty line, as Latin-1
 * @param startLine its first line
 * @param fields its fields, in order, names as they were written
 */
public record Head(String raw, String startLine, List<Field> fields) {

  /** Takes a head apart; fails where a line is not what it must be, and every line ends in CRLF. */
  static Head parse(String raw) {
    List<Field> fields = new ArrayList<>();
    String[] lines = raw.split("\r\n", -1);
    for (int i = 1; i < lines.length - 2; i++) {
      int colon = lines[i].indexOf(':');
      if (colon <= 0 || lines[i].indexOf('\n') >= 0) {
        throw new AssertionError("not a field line: " + lines[i]);
      }
      fields.add(new Field(lines[i].substring(0, colon), lines[i].substring(colon + 1).strip()));
    }
    return new Head(raw, lines[0], List.copyOf(fields));
  }

  /** The values of all fields of a name, whatever its case. */
  public List<String> values(String name) {
    return Field.values(fields, name);
  }

  /** The value of the only field of a name; empty where there is none. */
  public String field(String name) {
    List<String> values = values(name);
    if (values.size() > 1) {
      throw new AssertionError(name + " is there " + values.size() + " times: " + values);
    }
    return values.isEmpty() ? "" : values.getFirst();
  }

  /** A part of the first line, by its place among blanks. */
  String part(int place) {
    String[] parts = startLine.split(" ", 3);
    if (place >= parts.length) {
      throw new AssertionError("not a start line: " + startLine);
    }
    return parts[place];
  }

  /** The status code of a response. */
  public int status() {
    return Integer.parseInt(part(1));
  }
}
