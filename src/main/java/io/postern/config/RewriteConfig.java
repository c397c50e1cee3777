package io.postern.config;

import com.google.re2j.Pattern;
import org.jspecify.annotations.Nullable;

/** What a server is asked for in place of what the client asked for. */
public record RewriteConfig(
    Place place,
    @Matches(
            regex = "[A-Za-z0-9._:\\[\\]-]+",
            expected = "a host, with or without a port, such as app.internal:8443")
        @Doc("The Host field; left out, as the client sent it.")
        @Nullable String host,
    @Matches(regex = RewriteConfig.PATH, expected = RewriteConfig.PATH_EXPECTED)
        @Doc("The whole path, as it is sent: with its escapes.")
        @Nullable String path,
    @Matches(regex = RewriteConfig.PATH, expected = RewriteConfig.PATH_EXPECTED)
        @Doc(
            "The path in place of what `match.pathPrefix` matched; `/` takes it away. What is behind it stays as it was sent.")
        @Nullable String pathPrefix,
    @Doc("An expression for the path.") @Nullable PathRegex pathRegex) {

  static final String PATH = "/([!\"$&-.0->@-\\[\\]-~/]|%[0-9A-Fa-f]{2})*";
  static final String PATH_EXPECTED = "a path as it is sent, such as /v2 or /a%20b";

  /** An expression for the path. */
  public record PathRegex(
      Place place,
      @Doc(
              "An RE2 expression for the whole path, in normal form as in `match`; a path that it does not match stays as it is.")
          Pattern pattern,
      @Matches(
              regex = "(/|\\\\[0-9])([!\"$&-.0->@-\\[\\]-~/]|%[0-9A-Fa-f]{2}|\\\\[0-9])*",
              expected = "a path as it is sent, with \\1 for the first group")
          @Doc(
              "The path in its place, as it is sent; `\\1` to `\\9` stand for what the groups have matched, as it was sent, and `\\0` for all of it.")
          String substitution) {}
}
