package io.postern.route;

import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import io.postern.config.Place;
import io.postern.config.Problem;
import io.postern.config.RetryConfig;
import io.postern.config.RouteConfig;
import io.postern.filter.FieldEdits;
import io.postern.http.RequestHead;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is done with the requests of one route. Immutable and shared.
 *
 * @param index its place in the config, from 0
 * @param name as logs name it
 * @param place where it stands in the config
 * @param action what is done
 * @param rewrite what a server is asked for instead; null for what the client asked for
 * @param requestHeaders what is changed about requests for servers; null for nothing
 * @param responseHeaders what is changed about responses; null for nothing
 * @param mirror what of its requests is copied for another pool; null for nothing
 * @param errorPages what is said where something failed; null for Postern's own words
 * @param timeouts how long a server, or either side of a body, may be silent
 * @param requestBody what the content of a request must be like
 * @param retry when an attempt that failed is followed by another
 * @param precedence which requests go first where they wait: the higher
 * @param upgrades the protocols that a client may go on with, in lower case
 */
public record Route(
    int index,
    String name,
    Place place,
    Action action,
    @Nullable Rewrite rewrite,
    @Nullable FieldEdits requestHeaders,
    @Nullable FieldEdits responseHeaders,
    @Nullable Mirror mirror,
    @Nullable ErrorPages errorPages,
    RouteConfig.Timeouts timeouts,
    RouteConfig.RequestBody requestBody,
    RetryConfig retry,
    int precedence,
    Set<AsciiString> upgrades) {

  static Route compile(
      int index, RouteConfig config, @Nullable Route before, Consumer<Problem> problems) {
    Set<AsciiString> upgrades =
        config.upgrades().stream()
            .map(protocol -> new AsciiString(protocol.toLowerCase(Locale.ROOT)))
            .collect(Collectors.toUnmodifiableSet());
    return new Route(
        index,
        config.name(),
        config.place(),
        action(config),
        Rewrite.compile(config),
        FieldEdits.compile(config.requestHeaders()),
        FieldEdits.compile(config.responseHeaders()),
        Mirror.compile(config.name(), config.mirror(), before == null ? null : before.mirror),
        ErrorPages.compile(config.errorPages(), problems),
        config.timeouts(),
        config.requestBody(),
        config.retry(),
        config.precedence(),
        upgrades);
  }

  /** The first protocol of those that a head asks for that may pass; null for none. */
  public @Nullable AsciiString upgrade(RequestHead head) {
    if (head.upgrade() != null) {
      for (AsciiString each : head.upgrade().split(',')) {
        AsciiString protocol = each.trim();
        if (upgrades.contains(protocol)) {
          return protocol;
        }
      }
    }
    return null;
  }

  /** The one action of a route, of which the config has checked that there is exactly one. */
  private static Action action(RouteConfig config) {
    if (config.pool() != null) {
      return new Action.ToPool(config.pool());
    }
    if (config.split() != null) {
      return new Action.ToOneOf(Split.compile(config.split(), config.splitBy()));
    }
    if (config.redirect() != null) {
      RouteConfig.Redirect redirect = config.redirect();
      return new Action.Redirect(redirect.status(), Location.compile(redirect.location()));
    }
    if (config.respond() != null) {
      return respond(config.respond());
    }
    throw new IllegalArgumentException("a route without an action: " + config.name());
  }

  private static Action.Respond respond(RouteConfig.Respond config) {
    // On the heap, for nobody would free direct memory when the table is swapped for another.
    byte[] body = config.body().getBytes(StandardCharsets.UTF_8);
    return new Action.Respond(
        config.status(),
        new AsciiString(config.contentType().strip()),
        Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(body).asReadOnly()));
  }
}
