package io.postern.config;

/**
 * A number of bytes.
 *
 * @param bytes at least 0
 */
public record Size(long bytes) {

  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

  /** Reads {@code 512B}, {@code 64KiB}, {@code 10MiB}, {@code 1GiB} or {@code 2TiB}. */
  public static Size parse(String text) {
    for (int power = UNITS.length - 1; power >= 0; power--) {
      if (text.endsWith(UNITS[power])) {
        return new Size(scaled(text.substring(0, text.length() - UNITS[power].length()), power));
      }
    }
    throw new IllegalArgumentException("a size such as 64KiB or 10MiB");
  }

  private static long scaled(String digits, int power) {
    if (!digits.matches("[0-9]{1,12}")) {
      throw new IllegalArgumentException("a whole number and a unit: B, KiB, MiB, GiB or TiB");
    }
    long number = Long.parseLong(digits);
    if (number > Long.MAX_VALUE >> (10 * power)) {
      throw new IllegalArgumentException("a size that can be counted in bytes");
    }
    return number << (10 * power);
  }

  /** The bytes as an {@code int}, where the key's range has been checked to fit. */
  public int intBytes() {
    return Math.toIntExact(bytes);
  }

  /** As it is written, in the largest unit that it is a whole number of. */
  @Override
  public String toString() {
    int power = 0;
    long number = bytes;
    while (number != 0 && number % 1024 == 0 && power < UNITS.length - 1) {
      number /= 1024;
      power++;
    }
    return number + UNITS[power];
  }
}
