package io.postern.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import io.postern.config.AdminConfig;
import io.postern.config.AdminConfig.Rights;
import io.postern.http.DownstreamConnection;
import io.postern.http.FieldNames;
import io.postern.http.RequestHead;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who may ask for what. By the unix socket whoever its file lets in, for all. By the port, where
 * the config lists tokens, whoever shows one (RFC 6750 §2.1); else this machine, and nobody else.
 *
 * <p>A page that a browser shows is not to act for who looks at it: it may have its own name point
 * here (DNS rebinding), so where no token is shown only an address or {@code localhost} is ours;
 * and it may send requests without reading what is answered (CSRF), which a browser marks with
 * {@code Origin}.
 *
 * @param tokens those of now, by name
 */
record Access(Supplier<Map<String, AdminConfig.Token>> tokens) {

  private static final AsciiString BEARER = AsciiString.cached("Bearer ");

  /**
   * Who asks, in words.
   *
   * @throws Refused where that may not be asked for
   */
  String admit(RequestHead request, DownstreamConnection from, boolean writes) {
    String user = from.user();
    String by = user == null ? byPort(request, from.client(), writes) : user + " at the socket";
    if (writes && request.fields().get(FieldNames.ORIGIN) != null) {
      throw new Refused(403, "no page of a browser may change something");
    }
    return by;
  }

  private String byPort(RequestHead request, InetSocketAddress client, boolean writes) {
    Map<String, AdminConfig.Token> all = tokens.get();
    String by = all.isEmpty() ? alone(client) : named(request, all, writes);
    return by + " from " + NetUtil.toSocketAddressString(client);
  }

  /**
   * Lets in whoever only looks, from any machine: metrics are often collected by another one.
   *
   * @throws Refused where tokens are listed, and none is shown
   */
  void admitReader(RequestHead request, DownstreamConnection from) {
    Map<String, AdminConfig.Token> all = tokens.get();
    if (from.user() == null && !all.isEmpty()) {
      named(request, all, false);
    }
  }

  /**
   * Whether a host may be ours.
   *
   * @throws Refused where not
   */
  void checkHost(RequestHead request, DownstreamConnection from) {
    boolean shows = from.user() != null || !tokens.get().isEmpty();
    if (!shows && !isOurName(request.host().toString())) {
      throw new Refused(421, "ask by an IP address or localhost: other names are not ours");
    }
  }

  private static boolean isOurName(String host) {
    return host.equals("localhost") || host.startsWith("[") || NetUtil.isValidIpV4Address(host);
  }

  private static String alone(InetSocketAddress client) {
    if (!client.getAddress().isLoopbackAddress()) {
      throw new Refused(403, "only this machine may ask, for there are no admin.tokens");
    }
    return "admin";
  }

  private static String named(
      RequestHead request, Map<String, AdminConfig.Token> all, boolean writes) {
    AdminConfig.Token known = shown(request, all);
    if (known == null) {
      throw new Refused(401, "a token is needed: Authorization: Bearer TOKEN");
    }
    if (writes && known.rights() != Rights.WRITE) {
      throw new Refused(403, "token " + known.name() + " may only read");
    }
    return known.name();
  }

  /** The token that is shown; how long it takes to see that does not depend on what it is. */
  private static AdminConfig.@Nullable Token shown(
      RequestHead request, Map<String, AdminConfig.Token> all) {
    AsciiString says = request.fields().get(FieldNames.AUTHORIZATION);
    if (says == null || !says.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return null;
    }
    byte[] shown = says.subSequence(BEARER.length()).toString().strip().getBytes(UTF_8);
    AdminConfig.Token found = null;
    for (AdminConfig.Token each : all.values()) {
      if (MessageDigest.isEqual(shown, each.secret().value().getBytes(UTF_8))) {
        found = each;
      }
    }
    return found;
  }
}
