package io.postern.config;

import com.google.re2j.Pattern;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A match and what is done with the requests that meet it; exactly one action. */
public record RouteConfig(
    Place place,
    @Matches(regex = SectionShape.NAME, expected = SectionShape.NAME_EXPECTED)
        @Doc("The name of the route in logs; each once.")
        String name,
    @Default("{}") @Doc("What a request must be like; all that is given must hold.") Match match,
    @Doc("The pool that answers.") @Nullable String pool,
    @NonEmpty @Doc("The pools that answer, each with its share of the requests.")
        @Nullable List<PoolShare> split,
    @Default("request")
        @Doc(
            "What goes to the same pool of `split`: `request` is each by lot, `tenant` all of one tenant, `source` all of one address, `header:NAME` and `cookie:NAME` all with the same value, `path` all with the same path.")
        RequestKey splitBy,
    @Doc("Answer with a redirect.") @Nullable Redirect redirect,
    @Doc("Answer with a fixed response.") @Nullable Respond respond,
    @Doc("What a server is asked for in place of what the client asked for.")
        @Nullable RewriteConfig rewrite,
    @Default("{}") @Doc("What is changed about the fields of requests for servers.")
        FieldEditsConfig requestHeaders,
    @Default("{}")
        @Doc("What is changed about the fields of responses, of servers and of Postern itself.")
        FieldEditsConfig responseHeaders,
    @Doc("Copies of its requests for another pool; left out, there are none.")
        @Nullable MirrorConfig mirror,
    @Default("[]")
        @Doc("What is said where Postern answers an error; of several the first for its status.")
        List<ErrorPageConfig> errorPages,
    @Default("{}") @Doc("How long a server, or either side of a body, may be silent.")
        Timeouts timeouts,
    @Default("{}") @Doc("What the content of a request must be like.") RequestBody requestBody,
    @Default("{}") @Doc("When an attempt that failed is followed by another.") RetryConfig retry,
    @Default("5")
        @Range(min = "0", max = "9")
        @Doc("Which requests go first where they wait for the servers of a pool: the higher.")
        int precedence,
    @Default("[\"websocket\"]")
        @Matches(
            regex = "[A-Za-z0-9!#$%&'*+.^_`|~-]+(/[A-Za-z0-9!#$%&'*+.^_`|~-]+)?",
            expected = "the name of a protocol, such as websocket")
        @Doc(
            "Protocols that a client may go on with in place of HTTP: by Upgrade in HTTP/1.1, by `:protocol` in HTTP/2.")
        List<String> upgrades) {

  /** The names of the pools that answer its requests; none where Postern does. */
  public List<String> pools() {
    if (split != null) {
      return split.stream().map(PoolShare::pool).toList();
    }
    return pool == null ? List.of() : List.of(pool);
  }

  /** The names of all pools that get its requests, or copies of them. */
  List<String> reached() {
    List<String> reached = new ArrayList<>(pools());
    if (mirror != null) {
      reached.add(mirror.pool());
    }
    return reached;
  }

  /** What a request must be like. An empty list or map asks for nothing. */
  public record Match(
      Place place,
      @Default("[]")
          @Doc(
              "Host names, exact or `*.example.com` (one label or more in place of the star); port and case are ignored.")
          List<HostPattern> hosts,
      @Default("[]")
          @Doc(
              "Whole paths, in normal form: as they are when every `%XX` is decoded and no dot segment is left.")
          List<String> path,
      @Default("[]")
          @Doc("Leading whole segments, in normal form: `/a` matches `/a` and `/a/b`, not `/ab`.")
          List<String> pathPrefix,
      @Default("[]") @Doc("RE2 expressions that must match the whole path.")
          List<Pattern> pathRegex,
      @Default("[]")
          @Matches(
              regex = "[A-Z0-9!#$%&'*+.^_`|~-]+",
              expected = "a method in capitals, such as GET")
          @Doc("Methods, in capitals.")
          List<String> methods,
      @Default("{}")
          @ByFieldName
          @Doc("By field name: a value, or a section with one of the keys below.")
          Map<String, ValueMatch> headers,
      @Default("{}") @Doc("By query parameter: a value, or a section with one of the keys below.")
          Map<String, ValueMatch> query,
      @Default("[]") @Doc("Names of tenants: only these are served by this route.")
          List<String> tenants) {}

  /**
   * What a field or a query parameter must be like. Written as a plain value, or as a section with
   * exactly one of the keys.
   */
  public record ValueMatch(
      Place place,
      @Shorthand @Doc("The value, exactly; the same as writing the value in place of this section.")
          @Nullable String exact,
      @Doc("An RE2 expression that must match the whole value.") @Nullable Pattern regex,
      @Doc("Whether it must be there at all.") @Nullable Boolean present) {}

  /** One of the pools of a split. */
  public record PoolShare(
      Place place,
      @Doc("The pool.") String pool,
      @Default("100")
          @Range(min = "0", max = "1000000")
          @Doc("Its share beside the others; 0 gets nothing.")
          int weight) {}

  /** A redirect. */
  public record Redirect(
      Place place,
      @Default("308") @Range(min = "301", max = "308") @Doc("301, 302, 303, 307 or 308.")
          int status,
      @Matches(
              regex = "[!-~]+",
              expected = "a URI without spaces, such as https://$${host}$${path}")
          @Doc(
              "The Location; `${host}` (as the client sent it, without the port), `${path}` (as sent) and `${query}` (with its ?, or nothing) stand for those of the request, written `$${host}` in this file so that it is not taken for an environment variable. With `${host}`, a request that names no host is not matched.")
          String location) {}

  /** A fixed response. */
  public record Respond(
      Place place,
      @Default("200") @Range(min = "200", max = "599") @Doc("The status.") int status,
      @Default("text/plain; charset=utf-8")
          @Matches(regex = "[ -~]*", expected = "a media type, in ASCII")
          @Doc("The Content-Type of the body.")
          String contentType,
      @Default("") @Doc("The body.") String body) {}

  /** How long a server, or either side of a body, may be silent. */
  public record Timeouts(
      Place place,
      @Default("3s")
          @Range(min = "1ms", max = "24h")
          @Doc(
              "To connect to a server, from the look-up of its name to the end of the TLS handshake; then another is tried.")
          Duration connect,
      @Default("60s")
          @Range(min = "1ms", max = "24h")
          @Doc("From the end of the request to the head of the response; then 504.")
          Duration response,
      @Default("60s")
          @Range(min = "1ms", max = "24h")
          @Doc("Without a byte of content in either direction.")
          Duration idle,
      @Default("1h")
          @Range(min = "1ms", max = "24h")
          @Doc(
              "Without a byte in either direction of a tunnel, such as a WebSocket; `idle` counts once one side has ended it.")
          Duration tunnel,
      @Default("5s") @Range(min = "1ms", max = "24h") @Doc("In the queue of a pool; then 503.")
          Duration queue) {}

  /** What the content of a request must be like. No time for the whole of it: links differ. */
  public record RequestBody(
      Place place,
      @Range(min = "0B", max = "1024TiB")
          @Doc("How large it may be; a larger one is answered 413. Left out, as large as it likes.")
          @Nullable Size limit,
      @Range(min = "1B/s", max = "1GiB/s")
          @Doc(
              "How fast it must come, over each 5 s of the time spent waiting for the client; then"
                  + " 408. Left out, as slowly as it likes within `timeouts.idle`.")
          @Nullable ByteRate minRate) {}
}
