package io.postern.route;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import io.netty.util.AsciiString;
import io.postern.config.RewriteConfig;
import io.postern.config.RouteConfig;
import io.postern.fault.FaultException;
import io.postern.fault.Reason;
import io.postern.http.RequestHead;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a server is asked for in place of what the client asked for. What stays of a path stays as
 * it was sent, with its escapes, but dot segments are gone; the query stays whole. A path does not
 * begin with two slashes, which some would take for a host. Immutable and shared.
 */
public final class Rewrite {

  private sealed interface Path {}

  private record Whole(String path) implements Path {}

  /**
   * Another prefix.
   *
   * @param matched those that there may be, in normal form and without the slash at their end, the
   *     longest first
   * @param prefix without the slash at its end
   */
  private record Prefix(List<AsciiString> matched, String prefix) implements Path {}

  private record Expression(Pattern pattern, String substitution) implements Path {}

  private final @Nullable AsciiString host;
  private final @Nullable Path path;

  private Rewrite(@Nullable AsciiString host, @Nullable Path path) {
    this.host = host;
    this.path = path;
  }

  /** The rewrite of a route; null where it has none. */
  static @Nullable Rewrite compile(RouteConfig route) {
    RewriteConfig config = route.rewrite();
    return config == null
        ? null
        : new Rewrite(
            config.host() == null ? null : Utf8.bytes(config.host()),
            path(config, route.match().pathPrefix()));
  }

  private static @Nullable Path path(RewriteConfig config, List<String> prefixes) {
    if (config.path() != null) {
      return new Whole(config.path());
    }
    if (config.pathPrefix() != null) {
      List<AsciiString> matched = new ArrayList<>();
      prefixes.forEach(prefix -> matched.add(Utf8.bytes(withoutSlash(prefix))));
      matched.sort(Comparator.comparingInt(AsciiString::length).reversed());
      return new Prefix(List.copyOf(matched), withoutSlash(config.pathPrefix()));
    }
    RewriteConfig.PathRegex regex = config.pathRegex();
    return regex == null ? null : new Expression(regex.pattern(), regex.substitution());
  }

  private static String withoutSlash(String path) {
    return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  /**
   * The head that a server is to get.
   *
   * @throws FaultException where what an expression makes is no target
   */
  public RequestHead of(RequestHead head) {
    AsciiString target = head.target();
    AsciiString asked =
        path == null || target.byteAt(0) != '/' ? target : target(head, path); // or it is an *
    if (path instanceof Expression) {
      requireNoDots(asked);
    }
    return head.asking(host == null ? head.authority() : host, asked);
  }

  /** What an expression puts together may be a segment that was none in the path as it was sent. */
  private static void requireNoDots(AsciiString target) {
    int question = target.indexOf('?', 0);
    if (SentPath.hasDots(target, question < 0 ? target.length() : question)) {
      throw new FaultException(Reason.BAD_TARGET, "dots that the rewriting made");
    }
  }

  private static AsciiString target(RequestHead head, Path path) {
    StringBuilder target = new StringBuilder(head.target().length() + 16);
    switch (path) {
      case Whole(String whole) -> target.append(whole);
      case Prefix prefix -> replace(prefix, head, target);
      case Expression(Pattern pattern, String substitution) ->
          substitute(pattern, substitution, SentPath.of(head), target);
    }
    if (target.isEmpty() || target.charAt(0) != '/') {
      target.insert(0, '/');
    }
    int slashes = 1;
    while (slashes < target.length() && target.charAt(slashes) == '/') {
      slashes++;
    }
    target.delete(1, slashes);
    int question = head.target().indexOf('?', 0);
    if (question >= 0) {
      target.append(head.target(), question, head.target().length());
    }
    return new AsciiString(target);
  }

  private static void replace(Prefix prefix, RequestHead head, StringBuilder target) {
    SentPath sent = SentPath.of(head);
    for (AsciiString each : prefix.matched) {
      int end = each.length();
      boolean matched =
          sent.normal().startsWith(each)
              && (end == sent.normal().length() || sent.normal().byteAt(end) == '/');
      if (matched) {
        target.append(prefix.prefix).append(sent.sent(end, sent.normal().length()));
        return;
      }
    }
    throw new IllegalStateException("a path that the route does not match: " + head.path());
  }

  private static void substitute(
      Pattern pattern, String substitution, SentPath path, StringBuilder target) {
    Matcher matcher = pattern.matcher(path.normal().toByteArray()); // as UTF-8, and so its groups
    if (!matcher.matches()) {
      target.append(path.sent(0, path.normal().length()));
      return;
    }
    boolean escaped = false;
    for (int i = 0; i < substitution.length(); i++) {
      char c = substitution.charAt(i);
      int group = escaped ? c - '0' : -1;
      if (group >= 0 && matcher.start(group) >= 0) {
        append(path.sent(matcher.start(group), matcher.end(group)), target);
      } else if (!escaped && c != '\\') {
        target.append(c);
      }
      escaped = c == '\\';
    }
  }

  /** Two slashes that come together where there was none between them are one. */
  private static void append(AsciiString sent, StringBuilder target) {
    boolean slash = !target.isEmpty() && target.charAt(target.length() - 1) == '/';
    boolean second = slash && !sent.isEmpty() && sent.byteAt(0) == '/';
    target.append(sent, second ? 1 : 0, sent.length());
  }
}
