package io.postern.route;

import io.netty.util.AsciiString;
import io.postern.http.RequestHead;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where a redirect leads: a text with places for parts of the request. Immutable and shared.
 *
 * <p>Whatever the client sent, what comes out is a safe field value, and leads to the host that
 * stands in the template: bytes that RFC 3986 allows in no URI are escaped, a backslash among them,
 * which browsers take for a slash; and a path that begins with two slashes does not become a host.
 */
public final class Location {

  private sealed interface Part {}

  private record Text(String text) implements Part {}

  private enum Placeholder implements Part {
    HOST,
    PATH,
    QUERY
  }

  private static final String NO_URI = "\"#<>\\^`{|}";

  private final List<Part> parts;
  private final boolean rooted;

  private Location(List<Part> parts) {
    this.parts = List.copyOf(parts);
    rooted = !parts.isEmpty() && parts.getFirst() instanceof Text(String t) && t.startsWith("//");
  }

  /**
   * Reads a template.
   *
   * @param template of which the config has checked that it has the characters of a URI, and no
   *     placeholder that nobody knows
   */
  static Location compile(String template) {
    List<Part> parts = new ArrayList<>();
    int text = 0;
    for (int at = template.indexOf("${"); at >= 0; at = template.indexOf("${", at + 1)) {
      Placeholder placeholder = placeholder(template, at);
      if (placeholder != null) {
        parts.add(new Text(template.substring(text, at)));
        parts.add(placeholder);
        text = template.indexOf('}', at) + 1;
      }
    }
    parts.add(new Text(template.substring(text)));
    parts.removeIf(new Text("")::equals);
    return new Location(parts);
  }

  private static @Nullable Placeholder placeholder(String template, int at) {
    for (Placeholder placeholder : Placeholder.values()) {
      if (template.startsWith("${" + placeholder.name().toLowerCase(Locale.ROOT) + "}", at)) {
        return placeholder;
      }
    }
    return null;
  }

  /** Whether a request must name a host. */
  boolean needsHost() {
    return parts.contains(Placeholder.HOST);
  }

  /** The value of the Location field for a request. */
  public AsciiString of(RequestHead head) {
    StringBuilder location = new StringBuilder(64);
    for (Part part : parts) {
      switch (part) {
        case Text(String text) -> location.append(text);
        case Placeholder placeholder -> append(placeholder, head, location);
      }
    }
    if (!rooted && location.indexOf("//") == 0) {
      location.insert(0, "/."); // RFC 3986 §4.2: else its first segment would be a host
    }
    return new AsciiString(location);
  }

  private static void append(Placeholder placeholder, RequestHead head, StringBuilder location) {
    AsciiString target = head.target();
    int question = target.indexOf('?', 0);
    int path = question < 0 ? target.length() : question;
    switch (placeholder) {
      case HOST -> append(head.authority(), 0, hostLength(head.authority()), location);
      case PATH -> append(target, 0, isAsterisk(target) ? 0 : path, location);
      case QUERY -> append(target, path, target.length(), location);
    }
  }

  private static int hostLength(AsciiString authority) {
    int colon = authority.lastIndexOf(":");
    return colon < 0 || authority.indexOf(']', colon) >= 0 ? authority.length() : colon;
  }

  /** The target of an OPTIONS of the whole server, which has no path. */
  private static boolean isAsterisk(AsciiString target) {
    return target.length() == 1 && target.byteAt(0) == '*';
  }

  private static void append(AsciiString part, int from, int to, StringBuilder location) {
    for (int i = from; i < to; i++) {
      int b = part.byteAt(i) & 0xFF;
      if (b > ' ' && b < 0x7F && NO_URI.indexOf(b) < 0) {
        location.append((char) b);
      } else {
        location.append('%').append(hexDigit(b >> 4)).append(hexDigit(b & 15));
      }
    }
  }

  private static char hexDigit(int value) {
    return Character.toUpperCase(Character.forDigit(value, 16));
  }
}
