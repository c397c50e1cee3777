package io.postern.config;

import java.util.Locale;

/**
 * By what requests are told apart where the same is to be chosen for the same, written as {@code
 * tenant} or {@code header:x-user}.
 *
 * @param name of the field, in lower case, or of the cookie; empty for the other kinds
 */
public record RequestKey(Kind kind, String name) {

  static final String EXPECTED = "request, tenant, source, path, header:NAME or cookie:NAME";
  static final String REGEX =
      "request|tenant|source|path|(header|cookie):[A-Za-z0-9!#$%&'*+.^_`|~-]+";

  /** What of a request is looked at. */
  public enum Kind {
    /** Nothing: each is another. */
    REQUEST,
    TENANT,
    /** The client's address. */
    SOURCE,
    /** The path in normal form, without the query. */
    PATH,
    HEADER,
    COOKIE
  }

  static RequestKey parse(String text) {
    if (!text.matches(REGEX)) {
      throw new IllegalArgumentException(EXPECTED);
    }
    int colon = text.indexOf(':');
    String kind = colon < 0 ? text : text.substring(0, colon);
    Kind parsed = Kind.valueOf(kind.toUpperCase(Locale.ROOT));
    String name = colon < 0 ? "" : text.substring(colon + 1);
    return new RequestKey(parsed, parsed == Kind.HEADER ? name.toLowerCase(Locale.ROOT) : name);
  }

  /** As it is written. */
  @Override
  public String toString() {
    String written = kind.name().toLowerCase(Locale.ROOT);
    return name.isEmpty() ? written : written + ":" + name;
  }
}
