package io.postern.health;

import io.postern.fault.Fault;
import io.postern.fault.Reason;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;

/** How the log speaks of checks. */
final class Words {

  /** The class of an exception, the system call, and the address, which the line has already. */
  private static final Pattern NOISE =
      Pattern.compile(
          "^\\w+Exception: |\\w+\\(\\.\\.\\) failed with error\\(-?\\d+\\): |: [^ /]*/[^ ]+$");

  private Words() {}

  /** What went wrong, less what only those who know the code understand. */
  static String of(Fault fault) {
    String detail = NOISE.matcher(fault.detail()).replaceAll("");
    boolean saysAll = fault.reason() == Reason.SERVER_REFUSED && !detail.isEmpty();
    String words = saysAll ? detail : new Fault(fault.reason(), detail).describe();
    return words.substring(0, 1).toLowerCase(Locale.ROOT) + words.substring(1);
  }

  /**
   * Milliseconds below ten seconds, whole seconds above, such as {@code 250 ms} or {@code 14 s}.
   */
  static String of(Duration duration) {
    long millis = Math.max(0, duration.toMillis());
    return millis < 10_000 ? millis + " ms" : millis / 1000 + " s";
  }

  /** So many things, in the plural but for one. */
  static String count(int number, String thing) {
    return number + " " + thing + (number == 1 ? "" : "s");
  }
}
