package io.postern.config;

/**
 * Bytes in a time.
 *
 * @param bytesPerSecond at least 0
 */
public record ByteRate(long bytesPerSecond) {

  static final String EXPECTED = "a rate such as 500B/s, 64KiB/s or 10MiB/s";

  /** Reads a size and {@code /s}. */
  public static ByteRate parse(String text) {
    if (!text.endsWith("/s")) {
      throw new IllegalArgumentException(EXPECTED);
    }
    return new ByteRate(Size.parse(text.substring(0, text.length() - 2)).bytes());
  }

  @Override
  public String toString() {
    return new Size(bytesPerSecond) + "/s";
  }
}
