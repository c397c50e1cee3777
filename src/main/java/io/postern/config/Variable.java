package io.postern.config;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a {@link Template} can tell of an exchange, written in braces: {@code {tenant}}. */
public enum Variable implements Template.Part {
  /** The client's IP address, as the PROXY header tells it where there is one. */
  CLIENT_ADDRESS("client.address"),
  CLIENT_PORT("client.port"),
  TENANT("tenant"),
  VPCE("vpce"),
  LISTENER("listener"),
  ROUTE("route"),
  POOL("pool"),
  /** Host and port of the server that answered, as its pool has them. */
  SERVER("server"),
  /** As the client sent it, without the port. */
  HOST("host"),
  /** As the client sent it, with the port where it sent one. */
  AUTHORITY("authority"),
  METHOD("method"),
  /** As the client sent it, without the query. */
  PATH("path"),
  /** As the client sent it, without the question mark. */
  QUERY("query"),
  SCHEME("scheme"),
  /** The version of HTTP that the client speaks. */
  PROTOCOL("protocol"),
  TLS_SNI("tls.sni"),
  TLS_VERSION("tls.version"),
  TLS_CIPHER("tls.cipher"),
  TLS_GROUP("tls.group"),
  TLS_JA4("tls.ja4"),
  REQUEST_ID("request.id");

  private final String written;

  Variable(String written) {
    this.written = written;
  }

  /** The variable of a name; null where there is none. */
  static @Nullable Variable of(String name) {
    return Arrays.stream(values())
        .filter(variable -> variable.written.equals(name))
        .findFirst()
        .orElse(null);
  }

  /** The names of all. */
  static List<String> names() {
    return Arrays.stream(values()).map(Variable::toString).toList();
  }

  /** As it is written between the braces. */
  @Override
  public String toString() {
    return written;
  }
}
