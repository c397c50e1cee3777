package io.postern.config;

/**
 * A set of statuses of final responses, written as {@code 200-399}, {@code 5xx} or {@code
 * 200,204,300-308}.
 *
 * @param text as it is written
 */
public record Statuses(String text) {

  static final String EXPECTED = "statuses from 200 to 599, such as 200-399, 5xx or 200,401";
  static final String REGEX =
      "([2-5][0-9]{2}(-[2-5][0-9]{2})?|[2-5]xx)(,([2-5][0-9]{2}(-[2-5][0-9]{2})?|[2-5]xx))*";

  static Statuses parse(String text) {
    if (!text.matches(REGEX)) {
      throw new IllegalArgumentException(EXPECTED);
    }
    for (String part : text.split(",", -1)) {
      if (last(part) < first(part)) {
        throw new IllegalArgumentException("the smaller status of a range first");
      }
    }
    return new Statuses(text);
  }

  /** Whether a status is one of them. */
  public boolean contains(int status) {
    for (String part : text.split(",", -1)) {
      if (first(part) <= status && status <= last(part)) {
        return true;
      }
    }
    return false;
  }

  private static int first(String part) {
    return Integer.parseInt(part.substring(0, 3).replace('x', '0'));
  }

  private static int last(String part) {
    return Integer.parseInt(part.substring(part.length() - 3).replace('x', '9'));
  }

  @Override
  public String toString() {
    return text;
  }
}
