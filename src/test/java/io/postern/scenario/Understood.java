package io.postern.scenario;

import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the corpora expect a parser to understand, as far as a server is sent it. */
final class Understood {

  private static final Pattern INNER =
      Pattern.compile(
          "(path|host|query|rest) .*|closes"
              + "|(connection|keep-alive|te|upgrade|proxy-connection|http2-settings):.*");

  /** Of several that a client offers, a route lets one through. */
  private static final Pattern OFFERED = Pattern.compile("upgrades to .*,websocket");

  private static final String LENGTH = "LENGTH ";
  private static final String REST = "rest ";

  private Understood() {}

  /** The lines that are for the server too, whose requests are all of our version. */
  static List<String> head(List<String> expected) {
    return expected.stream()
        .filter(line -> !INNER.matcher(line).matches())
        .map(line -> line.replace(" HTTP/1.0", " HTTP/1.1"))
        .map(line -> OFFERED.matcher(line).replaceFirst("upgrades to websocket"))
        .toList();
  }

  /** The lines of the content, as a recorded request has them. */
  static List<String> content(List<String> expected) {
    return expected.stream()
        .filter(line -> !line.equals("last") && !line.equals("none") && !line.startsWith(REST))
        .map(line -> line.startsWith("trailer ") ? line : "content " + line)
        .toList();
  }

  /** What ends a request whose bytes end behind its head; null where nobody could send it. */
  static @Nullable String missing(List<String> expected) {
    long rest = lengthOf(expected, REST);
    for (String line : expected) {
      if (line.startsWith("CHUNKED")) {
        return rest == 0 ? "0\r\n\r\n" : "";
      }
      if (line.startsWith(LENGTH)) {
        long missing = Long.parseLong(line.substring(LENGTH.length())) - rest;
        return missing > 100 ? null : "x".repeat(Math.max(0, (int) missing));
      }
    }
    return "";
  }

  private static long lengthOf(List<String> expected, String prefix) {
    return expected.stream()
        .filter(line -> line.startsWith(prefix))
        .mapToLong(line -> line.length() - prefix.length())
        .sum();
  }
}
