package io.postern.config;

import java.util.ArrayList;
import java.util.List;

/**
 * The value of a field with variables in it, written as {@code by {tenant} at {client.address}};
 * two opening braces stand for one.
 *
 * @param parts in their order; no text is empty, and no two stand side by side
 */
public record Template(List<Part> parts) {

  static final String EXPECTED =
      "the value of a field in visible ASCII, with variables such as {tenant}, and {{ for a brace";
  static final String REGEX = "[ -~]*";

  /** A text or a variable. */
  public sealed interface Part permits Text, Variable {}

  /** What is the same for every exchange. */
  public record Text(String text) implements Part {}

  static Template parse(String written) {
    if (!written.matches(REGEX)) {
      throw new IllegalArgumentException(EXPECTED);
    }
    List<Part> parts = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    int at = 0;
    while (at < written.length()) {
      char c = written.charAt(at);
      if (c != '{') {
        text.append(c);
        at++;
      } else if (written.startsWith("{{", at)) {
        text.append('{');
        at += 2;
      } else {
        int end = written.indexOf('}', at);
        Variable variable = variable(written, at, end);
        add(parts, text);
        parts.add(variable);
        at = end + 1;
      }
    }
    add(parts, text);
    return new Template(List.copyOf(parts));
  }

  private static void add(List<Part> parts, StringBuilder text) {
    if (!text.isEmpty()) {
      parts.add(new Text(text.toString()));
      text.setLength(0);
    }
  }

  private static Variable variable(String written, int open, int end) {
    if (end < 0) {
      throw new IllegalArgumentException("a } for each {, or {{ for a brace alone");
    }
    String name = written.substring(open + 1, end);
    Variable variable = Variable.of(name);
    if (variable == null) {
      String hint = Nearest.hint(name, Variable.names());
      throw new IllegalArgumentException(
          "a variable other than {%s}".formatted(name)
              + (hint.isEmpty() ? ": " + Nearest.oneOf(Variable.names()) : hint));
    }
    return variable;
  }

  /** As it is written. */
  @Override
  public String toString() {
    StringBuilder written = new StringBuilder();
    for (Part part : parts) {
      written.append(
          switch (part) {
            case Text text -> text.text().replace("{", "{{");
            case Variable variable -> "{" + variable + "}";
          });
    }
    return written.toString();
  }
}
