package io.postern.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How many file descriptors the process may have, and what that leaves for connections. */
final class Descriptors {

  /** Jars, logs, event loops, listeners and idle connections to servers. */
  private static final long RESERVED = 512;

  private static final Path LIMITS = Path.of("/proc/self/limits");
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

  /** How many client connections fit, each with one to a server. */
  static int clientConnections(long limit) {
    return Math.clamp((limit - RESERVED) / 2, 16, Integer.MAX_VALUE);
  }
}
