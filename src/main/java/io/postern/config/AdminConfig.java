package io.postern.config;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The port for those who run the proxy. */
public record AdminConfig(
    Place place,
    @Doc(
            "The address and port, best one that only this machine reaches, such as 127.0.0.1:9901. Without `tokens` the API answers no other machine.")
        Bind bind,
    @Doc(
            "TLS for this port, with the keys of `listeners.NAME.tls`; left out, it speaks plain HTTP.")
        @Nullable TlsConfig tls,
    @Default("{}")
        @Doc(
            "Who may ask, by name: with any, each request has to show one, as `Authorization: Bearer SECRET`. They may change while it runs.")
        Map<String, Token> tokens) {

  /** What whoever shows a token may do. */
  public enum Rights {
    /** To look. */
    READ,
    /** To look, and to change something. */
    WRITE
  }

  /** Something that is shown to be let in. */
  public record Token(
      Place place,
      @Key String name,
      @Doc("What is shown, 32 characters or more, best as `${file:/run/secrets/...}`.")
          Secret secret,
      @Default("read") @Doc("What it is good for: to look, or to change something too.")
          Rights rights) {}
}
