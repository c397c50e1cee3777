package io.postern.filter;

import io.netty.util.AsciiString;
import io.postern.http.FieldNames;
import io.postern.http.Fields;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes out the fields that are meant for one hop only (RFC 9110 §7.6.1), of a request or a
 * response. That hop is ours, so a route may well be chosen by them before: else whoever nominates
 * a field would take it away from the routes, too.
 *
 * <ul>
 *   <li>Always: Connection, Keep-Alive, Proxy-Connection, TE, Transfer-Encoding, Upgrade and
 *       HTTP2-Settings. Trailer is for the recipient of the content and stays.
 *   <li>Proxy-Authenticate and Proxy-Authorization: they are between a client and the proxy that it
 *       chose (RFC 9110 §11.7). Postern asks for no such credentials and stands before servers that
 *       are no proxies, so they are not ours to pass on.
 *   <li>What Connection nominates, except fields with a meaning from end to end ({@link
 *       #isEndToEnd}). RFC 9110 forbids to nominate those; an attacker does it nevertheless, to
 *       take away what a proxy before us had added: the address of the client, credentials, the
 *       cookie that a cache looks at.
 *   <li>Of the nominated, no more than {@value #MAX_NOMINATED} are looked at: honest ones are few,
 *       and to search for thousands would be work that a client can order. One that then stays was
 *       sent by whoever nominated it, to the same recipient.
 * </ul>
 */
public final class HopByHop {

  static final int MAX_NOMINATED = 64;

  private static final AsciiString TRAILERS = AsciiString.cached("trailers");
  private static final AsciiString CLOSE = AsciiString.cached("close");

  private static final Set<AsciiString> END_TO_END =
      Set.of(
          FieldNames.AUTHORIZATION,
          FieldNames.CACHE_CONTROL,
          FieldNames.COOKIE,
          FieldNames.DATE,
          FieldNames.ETAG,
          FieldNames.EXPIRES,
          FieldNames.FORWARDED,
          FieldNames.HOST,
          FieldNames.LOCATION,
          FieldNames.ORIGIN,
          FieldNames.SET_COOKIE,
          FieldNames.STRICT_TRANSPORT_SECURITY,
          FieldNames.TRACEPARENT,
          FieldNames.TRACESTATE,
          FieldNames.TRAILER,
          FieldNames.VARY,
          FieldNames.VIA,
          FieldNames.WWW_AUTHENTICATE,
          FieldNames.X_REQUEST_ID,
          AsciiString.cached("x-real-ip"));

  /** Of the content itself, of the client as a proxy saw it, of ours, and signed with SigV4. */
  private static final AsciiString[] END_TO_END_PREFIXES = {
    AsciiString.cached("content-"),
    AsciiString.cached("x-forwarded-"),
    AsciiString.cached("x-postern-"),
    AsciiString.cached("x-amz-")
  };

  private HopByHop() {}

  /**
   * Removes them from the fields of a request, but for {@code te: trailers}: that the client takes
   * trailers is true of us as well, since we pass them on. A connection of HTTP/1.1 leaves it out
   * again.
   */
  public static void removeFromRequest(Fields fields) {
    boolean takesTrailers = takesTrailers(fields);
    remove(fields);
    if (takesTrailers) {
      fields.add(FieldNames.TE, TRAILERS);
    }
  }

  private static boolean takesTrailers(Fields fields) {
    int at = fields.indexOf(FieldNames.TE, 0);
    while (at >= 0 && !hasTrailers(fields.value(at))) {
      at = fields.indexOf(FieldNames.TE, at + 1);
    }
    return at >= 0;
  }

  /** Whether it stands in the list as it is: it takes no weight (RFC 9110 §10.1.4), nor a 0. */
  private static boolean hasTrailers(AsciiString list) {
    int from = 0;
    while (from <= list.length()) {
      int to = endOfOption(list, from);
      if (list.subSequence(from, to, false).trim().contentEqualsIgnoreCase(TRAILERS)) {
        return true;
      }
      from = to + 1;
    }
    return false;
  }

  /** Removes them from the fields of a head or a trailer section. */
  public static void remove(Fields fields) {
    List<AsciiString> nominated = nominated(fields);
    if (nominated != null) {
      nominated.forEach(fields::remove);
    }
    int i = 0;
    while (i < fields.size()) {
      AsciiString name = fields.name(i);
      if (isOfOneHop(name)) {
        fields.remove(name); // all of the name, and none of it stood before this one
      } else {
        i++;
      }
    }
  }

  /** What Connection nominates and is not removed or kept anyway; null in the usual case. */
  private static @Nullable List<AsciiString> nominated(Fields fields) {
    List<AsciiString> nominated = null;
    int options = 0;
    for (int at = fields.indexOf(FieldNames.CONNECTION, 0);
        at >= 0;
        at = fields.indexOf(FieldNames.CONNECTION, at + 1)) {
      AsciiString value = fields.value(at);
      int from = 0;
      while (from <= value.length() && options < MAX_NOMINATED) {
        int to = endOfOption(value, from);
        AsciiString option = value.subSequence(from, to, false).trim().toLowerCase();
        if (!option.isEmpty()) {
          options++;
        }
        if (isRemovable(option)) {
          nominated = nominated == null ? new ArrayList<>(4) : nominated;
          nominated.add(option);
        }
        from = to + 1;
      }
    }
    return nominated;
  }

  private static int endOfOption(AsciiString value, int from) {
    int comma = value.indexOf(',', from);
    return comma < 0 ? value.length() : comma;
  }

  private static boolean isRemovable(AsciiString option) {
    return !option.isEmpty() && !option.equals(CLOSE) && !isOfOneHop(option) && !isEndToEnd(option);
  }

  /** Whether a field is removed whoever nominates it. */
  private static boolean isOfOneHop(AsciiString name) {
    // By length first: most names are told apart by it, and this looks at every field there is.
    return switch (name.length()) {
      case 2 -> name.equals(FieldNames.TE);
      case 7 -> name.equals(FieldNames.UPGRADE);
      case 10 -> name.equals(FieldNames.CONNECTION) || name.equals(FieldNames.KEEP_ALIVE);
      case 14 -> name.equals(FieldNames.HTTP2_SETTINGS);
      case 16 -> name.equals(FieldNames.PROXY_CONNECTION);
      case 17 -> name.equals(FieldNames.TRANSFER_ENCODING);
      case 18 -> name.equals(FieldNames.PROXY_AUTHENTICATE);
      case 19 -> name.equals(FieldNames.PROXY_AUTHORIZATION);
      default -> false;
    };
  }

  /** Whether a field stays whoever nominates it. */
  static boolean isEndToEnd(AsciiString name) {
    if (END_TO_END.contains(name)) {
      return true;
    }
    for (AsciiString prefix : END_TO_END_PREFIXES) {
      if (name.startsWith(prefix)) {
        return true;
      }
    }
    return false;
  }
}
