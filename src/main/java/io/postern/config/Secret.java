package io.postern.config;

/** A value that is never printed. */
public record Secret(String value) {

  /** Takes the text as it stands. */
  public static Secret parse(String text) {
    return new Secret(text);
  }

  @Override
  public String toString() {
    return "***";
  }
}
