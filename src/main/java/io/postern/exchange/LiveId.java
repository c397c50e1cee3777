package io.postern.exchange;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tells a connection of a client, or an exchange on one, from all others of the process.
 *
 * @param connection its number
 * @param exchange over HTTP/2 the number of its stream, over HTTP/1.1 which request of the
 *     connection it is, from 1; 0 for the connection itself
 */
public record LiveId(long connection, long exchange) {

  private static final Pattern TEXT = Pattern.compile("c(\\d{1,18})(?:-(\\d{1,18}))?");

  /** Reads what {@link #toString} writes; null where it is something else. */
  public static @Nullable LiveId parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    String exchange = matcher.group(2);
    return new LiveId(
        Long.parseLong(matcher.group(1)), exchange == null ? 0 : Long.parseLong(exchange));
  }

  /** Such as {@code c1042}, and {@code c1042-7} for an exchange on that. */
  @Override
  public String toString() {
    return exchange == 0 ? "c" + connection : "c" + connection + "-" + exchange;
  }
}
