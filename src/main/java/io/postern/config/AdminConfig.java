package io.postern.config;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where those who run the proxy ask: a port, a unix socket, or both. */
public record AdminConfig(
    Place place,
    @Doc(
            "The address and port, best one that only this machine reaches, such as 127.0.0.1:9901. Without `tokens` the API answers no other machine. It may be left out where there is a `socket`.")
        @Nullable Bind bind,
    @Doc(
            "A unix socket that answers the same, such as /run/postern/admin.sock. The file is made at start in a folder that is there, with rights 0660: the user and the group of the process may open it, and whoever may is asked for no token. The command line asks here where there is one.")
        @Nullable Path socket,
    @Doc("TLS for the port, with the keys of `listeners.NAME.tls`; left out, it speaks plain HTTP.")
        @Nullable TlsConfig tls,
    @Default("{}")
        @Doc(
            "Who may ask at the port, by name: with any, each request has to show one, as `Authorization: Bearer SECRET`. They may change while it runs.")
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
      @Doc(
              "What is shown, 32 characters or more, another for each token, best as `${file:/run/secrets/...}`.")
          Secret secret,
      @Default("read") @Doc("What it is good for: to look, or to change something too.")
          Rights rights) {}
}
