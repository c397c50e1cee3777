package io.postern.config;

import java.time.Duration;

/**
 * So many of a thing in a time; as many may come at once where none came for so long.
 *
 * @param count at least 1
 * @param per one second, minute or hour
 */
public record Rate(int count, Duration per) {

  static final String EXPECTED = "a rate such as 100/s, 30/m or 10/h";
  static final String REGEX = "[1-9][0-9]{0,7}/(s|m|h)";

  /** Reads a number, a slash and a unit of time. */
  public static Rate parse(String text) {
    if (!text.matches(REGEX)) {
      throw new IllegalArgumentException(EXPECTED);
    }
    int slash = text.indexOf('/');
    Duration per =
        switch (text.charAt(slash + 1)) {
          case 's' -> Duration.ofSeconds(1);
          case 'm' -> Duration.ofMinutes(1);
          default -> Duration.ofHours(1);
        };
    return new Rate(Integer.parseInt(text.substring(0, slash)), per);
  }

  /** As it is written. */
  @Override
  public String toString() {
    long seconds = per.toSeconds();
    return count + (seconds == 1 ? "/s" : seconds == 60 ? "/m" : "/h");
  }
}
