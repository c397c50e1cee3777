package io.postern.pool;

import io.netty.util.AsciiString;
import io.postern.config.PoolConfig;
import io.postern.http.FieldNames;
import io.postern.http.Fields;
import io.postern.http.RequestHead;
import io.postern.route.KeyReader;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cookie by which a client comes back to the same server (RFC 6265). Its value is a hash of the
 * server's address, so it is good at every proxy and says nothing to people. Immutable and shared.
 */
public final class Stickiness {

  private final KeyReader cookie;
  private final String name;
  private final String attributes;

  private Stickiness(KeyReader cookie, String name, String attributes) {
    this.cookie = cookie;
    this.name = name;
    this.attributes = attributes;
  }

  static Stickiness of(PoolConfig.Stickiness config) {
    String age = config.maxAge() == null ? "" : "; Max-Age=" + config.maxAge().toSeconds();
    return new Stickiness(
        Selection.cookie(config.cookie()),
        config.cookie(),
        age + "; Path=/; HttpOnly; SameSite=Lax");
  }

  /** The server that a request comes back to; null where it names none that is there. */
  public @Nullable Server of(RequestHead head, List<Server> servers) {
    AsciiString value = cookie.read(head, null, AsciiString.EMPTY_STRING);
    if (value == null) {
      return null;
    }
    for (Server server : servers) {
      if (server.cookie().equals(value)) {
        return server;
      }
    }
    return null;
  }

  /**
   * Has the client come back to this server.
   *
   * @param response the fields of what the client is sent
   * @param secure whether the cookie is for TLS only
   */
  public void set(Fields response, Server server, boolean secure) {
    String value = name + "=" + server.cookie() + attributes + (secure ? "; Secure" : "");
    response.add(FieldNames.SET_COOKIE, new AsciiString(value));
  }

  static AsciiString value(long identity) {
    return new AsciiString(HexFormat.of().toHexDigits(identity));
  }
}
