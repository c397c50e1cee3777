package io.postern.route;

import com.google.re2j.Pattern;
import io.netty.util.AsciiString;
import io.postern.config.RouteConfig.ValueMatch;

/** What one of the values of a field or a query parameter must be like. Immutable. */
public sealed interface ValueTest {

  /** That there is a value, or none. */
  record Presence(boolean wanted) implements ValueTest {}

  /** That there is this value. */
  record Exactly(AsciiString value) implements ValueTest {}

  /** That there is a value which the expression matches whole. */
  record Matching(Pattern pattern) implements ValueTest {}

  /** The one test that a section asks for, of which the config has checked that there is one. */
  static ValueTest of(ValueMatch config) {
    if (config.exact() != null) {
      return new Exactly(Utf8.bytes(config.exact()));
    }
    if (config.regex() != null) {
      return new Matching(config.regex());
    }
    if (config.present() != null) {
      return new Presence(config.present());
    }
    throw new IllegalArgumentException("a match that asks for nothing");
  }

  /** Whether one value is such that no other has to be looked at. */
  default boolean meets(AsciiString value) {
    return switch (this) {
      case Presence _ -> true;
      case Exactly(AsciiString exact) -> exact.equals(value);
      case Matching(Pattern pattern) -> pattern.matcher(Utf8.text(value)).matches();
    };
  }

  /** Whether a request passes in which some value {@link #meets} this, or none does. */
  default boolean passes(boolean met) {
    return switch (this) {
      case Presence(boolean wanted) -> met == wanted;
      case Exactly _, Matching _ -> met;
    };
  }

  /** What is to be said of a request that does not pass. */
  default String missed() {
    return switch (this) {
      case Presence(boolean wanted) -> wanted ? "is not there" : "is there";
      case Exactly(AsciiString exact) -> "is not `" + Utf8.text(exact) + "`";
      case Matching(Pattern pattern) -> "is not matched by `" + pattern + "`";
    };
  }

  /** Whether this passes wherever the other does. */
  default boolean follows(ValueTest other) {
    return equals(other)
        || (this instanceof Presence(boolean wanted) && wanted && !(other instanceof Presence));
  }
}
