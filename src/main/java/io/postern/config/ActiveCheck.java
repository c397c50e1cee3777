package io.postern.config;

import com.google.re2j.Pattern;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Checks of our own: each server is asked from time to time. */
public record ActiveCheck(
    Place place,
    @Doc(
            "`tcp`: it takes a connection. `tls`: the handshake ends well too, and its certificate is accepted. `http`: it also answers a request as expected. `grpc`: its health service (`grpc.health.v1`) says that it serves.")
        Type type,
    @Doc(
            "Where checks go in place of the server's own address: a host, a port, or both; what is left out is the server's.")
        @Nullable CheckAddress address,
    @Default("/healthz")
        @Matches(
            regex = "/[!\"$-~]*",
            expected = "a path, with or without a query, such as /healthz")
        @Doc("What the request is for.")
        String path,
    @Matches(regex = "[A-Za-z0-9._:\\[\\]-]+", expected = "a host, with or without a port")
        @Doc(
            "The Host field of the request; the address that is connected to where it is left out.")
        @Nullable String host,
    @Default("GET") @Doc("The method of the request.") Method method,
    @Default("{}")
        @ByFieldName
        @Matches(regex = "([!-~]([ -~]*[!-~])?)?", expected = "a field value, in ASCII")
        @Doc("Fields that the request has besides, by their names.")
        Map<String, String> headers,
    @Default("200-399") @Doc("The statuses that are good.") Statuses expect,
    @Default("{}") @ByFieldName @Doc("What fields of the response must be like, by their names.")
        Map<String, RouteConfig.ValueMatch> expectHeaders,
    @Doc("What the content of the response must be like, in its first 64 KiB.")
        @Nullable BodyMatch expectBody,
    @Default("") @Doc("The service that is asked about; empty for the server as a whole.")
        String service,
    @Default("5s")
        @Range(min = "1ms", max = "1h")
        @Doc(
            "From the start of a check to that of the next, 10 % more or less by chance; a check that takes longer is followed by the next at once.")
        Duration interval,
    @Range(min = "1ms", max = "1h")
        @Doc(
            "The same between up and down: from the first result that speaks against the state of the server until that is decided; left out, as without.")
        @Nullable Duration fastInterval,
    @Range(min = "1ms", max = "1h")
        @Doc("The same for a server that is down; left out, as `interval`.")
        @Nullable Duration downInterval,
    @Default("2s")
        @Range(min = "1ms", max = "5m")
        @Doc(
            "How long a check may take: look-up, connect and the head of the response together, and its content where that is looked at.")
        Duration timeout,
    @Default("2")
        @Range(min = "1", max = "1000")
        @Doc("After how many good checks in a row a server that is down is up.")
        int rise,
    @Default("3")
        @Range(min = "1", max = "1000")
        @Doc("After how many failed checks in a row a server that is up is down.")
        int fall) {

  /** What a check does. */
  public enum Type {
    TCP,
    TLS,
    HTTP,
    GRPC
  }

  /** How a check asks. */
  public enum Method {
    @Written("GET")
    GET,
    @Written("HEAD")
    HEAD,
    @Written("OPTIONS")
    OPTIONS
  }

  /** What content must be like. Written as a plain text, or as a section with one of the keys. */
  public record BodyMatch(
      Place place,
      @Shorthand
          @Doc("Text that stands somewhere in it; the same as the text in place of this section.")
          @Nullable String contains,
      @Doc("An RE2 expression that matches somewhere in it.") @Nullable Pattern regex) {}
}
