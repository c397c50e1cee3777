package io.postern.config;

import java.util.Locale;

/**
 * A host name, or all names below one.
 *
 * @param name lower case, without the star and its dot
 * @param wildcard whether {@code *.} stood before it
 */
public record HostPattern(String name, boolean wildcard) {

  private static final String NAME =
      "[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*";

  /** Reads {@code api.example.com}, {@code *.example.com}, or a literal address. */
  public static HostPattern parse(String text) {
    boolean wildcard = text.startsWith("*.");
    String name = (wildcard ? text.substring(2) : text).toLowerCase(Locale.ROOT);
    boolean literal = name.startsWith("[") && name.endsWith("]");
    boolean valid =
        literal
            ? !wildcard && IpLiteral.v6(name.substring(1, name.length() - 1)) != null
            : name.length() <= 253 && name.matches(NAME);
    if (!valid) {
      throw new IllegalArgumentException(
          "a host name such as api.example.com or *.example.com, without a port");
    }
    return new HostPattern(name, wildcard);
  }

  @Override
  public String toString() {
    return wildcard ? "*." + name : name;
  }
}
