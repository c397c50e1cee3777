package io.postern.config;

/**
 * A part of a whole, in percent.
 *
 * @param percent 0 to 100
 */
public record Share(int percent) {

  static final String EXPECTED = "a share from 0% to 100%";
  static final String REGEX = "(100|[1-9]?[0-9])%";

  /** Reads a number and the sign. */
  public static Share parse(String text) {
    if (!text.matches(REGEX)) {
      throw new IllegalArgumentException(EXPECTED);
    }
    return new Share(Integer.parseInt(text.substring(0, text.length() - 1)));
  }

  /** As it is written. */
  @Override
  public String toString() {
    return percent + "%";
  }
}
