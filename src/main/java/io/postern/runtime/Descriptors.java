package io.postern.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** How many file descriptors the process may have, and how many it has. */
final class Descriptors {

  private static final Path LIMITS = Path.of("/proc/self/limits");
  private static final Path OPEN = Path.of("/proc/self/fd");
  private static final Pattern SOFT =
      Pattern.compile("^Max open files +([0-9]+) ", Pattern.MULTILINE);

  private Descriptors() {}

  /** The soft limit; {@link Long#MAX_VALUE} where there is none or it is not told. */
  static long limit() {
    try {
      Matcher soft = SOFT.matcher(Files.readString(LIMITS));
      return soft.find() ? Long.parseLong(soft.group(1)) : Long.MAX_VALUE;
    } catch (IOException e) {
      return Long.MAX_VALUE;
    }
  }

  /**
   * How many are open, at the price of one call; 0 where the kernel, before Linux 6.2, does not
   * say.
   */
  static long open() {
    try {
      return Files.size(OPEN);
    } catch (IOException e) {
      return 0;
    }
  }

  /**
   * How many are open, one by one: with a hundred thousand of them it takes a tenth of a second.
   */
  static long counted() {
    try (Stream<Path> each = Files.list(OPEN)) {
      return each.count();
    } catch (IOException e) {
      return 0;
    }
  }
}
