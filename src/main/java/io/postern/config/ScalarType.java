package io.postern.config;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * A type whose values are written as one piece of text.
 *
 * @param name in the schema
 * @param expected in words, for messages and the reference
 * @param regex what a text must match, in what Java and ECMA-262 understand alike
 * @param parser throws {@link IllegalArgumentException}, its message being what was expected
 */
record ScalarType(
    Class<?> type, String name, String expected, String regex, Function<String, Object> parser) {

  private static final String INTEGER = "0|-?[1-9][0-9]*";
  private static final java.util.regex.Pattern INTEGERS = java.util.regex.Pattern.compile(INTEGER);
  private static final String HOST =
      "(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?"
          + "(\\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*)";

  /** All of them, enums aside; the order is that of the schema. */
  static final List<ScalarType> ALL =
      List.of(
          new ScalarType(String.class, "text", "text", "[\\s\\S]*", text -> text),
          new ScalarType(boolean.class, "boolean", "true or false", "true|false", ScalarType::flag),
          new ScalarType(Boolean.class, "boolean", "true or false", "true|false", ScalarType::flag),
          new ScalarType(int.class, "integer", "a whole number", INTEGER, ScalarType::integer),
          new ScalarType(
              Duration.class,
              "duration",
              "a duration such as 500ms, 30s, 5m or 1h",
              "[0-9]{1,9}(ms|s|m|h)",
              ScalarType::duration),
          new ScalarType(
              Size.class,
              "size",
              "a size such as 64KiB or 10MiB",
              "[0-9]{1,12}(B|KiB|MiB|GiB|TiB)",
              Size::parse),
          new ScalarType(
              ByteRate.class,
              "byteRate",
              ByteRate.EXPECTED,
              "[0-9]{1,12}(B|KiB|MiB|GiB|TiB)/s",
              ByteRate::parse),
          new ScalarType(Rate.class, "rate", Rate.EXPECTED, Rate.REGEX, Rate::parse),
          new ScalarType(Share.class, "share", Share.EXPECTED, Share.REGEX, Share::parse),
          new ScalarType(
              RequestKey.class,
              "requestKey",
              RequestKey.EXPECTED,
              RequestKey.REGEX,
              RequestKey::parse),
          new ScalarType(
              Template.class, "template", Template.EXPECTED, Template.REGEX, Template::parse),
          new ScalarType(
              Statuses.class, "statuses", Statuses.EXPECTED, Statuses.REGEX, Statuses::parse),
          new ScalarType(Bind.class, "bind", Bind.EXPECTED, Bind.REGEX, Bind::parse),
          new ScalarType(
              HostPort.class,
              "hostPort",
              "a host and a port, such as 10.0.0.1:8080",
              HOST + ":[0-9]{1,5}",
              HostPort::parse),
          new ScalarType(
              CheckAddress.class,
              "checkAddress",
              CheckAddress.EXPECTED,
              HOST + "(:[0-9]{1,5})?",
              CheckAddress::parse),
          new ScalarType(
              HostPattern.class,
              "hostPattern",
              "a host name such as api.example.com or *.example.com, without a port",
              "(\\*\\.)?" + HOST,
              HostPattern::parse),
          new ScalarType(
              Cidr.class, "cidr", Cidr.EXPECTED, "[0-9A-Fa-f:.]+/[0-9]{1,3}", Cidr::parse),
          new ScalarType(
              SyslogServer.class,
              "syslogServer",
              SyslogServer.EXPECTED,
              SyslogServer.REGEX,
              SyslogServer::parse),
          new ScalarType(
              Path.class,
              "path",
              "a path, absolute or relative to this file",
              "[^\\u0000]+",
              ScalarType::path),
          new ScalarType(PartFile.class, "file", PartFile.EXPECTED, "[^\\u0000]+", PartFile::parse),
          new ScalarType(
              Pattern.class, "regex", "an RE2 expression", "[\\s\\S]+", ScalarType::expression),
          new ScalarType(
              Secret.class, "secret", "a secret, never printed", "[\\s\\S]*", Secret::parse));

  static ScalarType of(Class<?> type) {
    return ALL.stream()
        .filter(scalar -> scalar.type == type)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no scalar: " + type));
  }

  /** How an enum constant is written. */
  static String written(Object enumConstant) {
    Enum<?> constant = (Enum<?>) enumConstant;
    try {
      Written written =
          constant.getDeclaringClass().getField(constant.name()).getAnnotation(Written.class);
      return written == null
          ? constant.name().toLowerCase(Locale.ROOT).replace('_', '-')
          : written.value();
    } catch (NoSuchFieldException e) {
      throw new IllegalStateException("no field for " + constant, e);
    }
  }

  private static Object flag(String text) {
    if (!text.equals("true") && !text.equals("false")) {
      throw new IllegalArgumentException("true or false");
    }
    return text.equals("true");
  }

  /** A number that is too large for an int is made the largest: no range contains it. */
  private static Object integer(String text) {
    if (!INTEGERS.matcher(text).matches()) {
      throw new IllegalArgumentException("a whole number");
    }
    boolean fits = text.length() <= 10;
    long value =
        fits ? Long.parseLong(text) : text.startsWith("-") ? Long.MIN_VALUE : Long.MAX_VALUE;
    return Math.clamp(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
  }

  static Duration duration(String text) {
    if (!text.matches("[0-9]{1,9}(ms|s|m|h)")) {
      throw new IllegalArgumentException("a duration such as 500ms, 30s, 5m or 1h");
    }
    int unit = text.endsWith("ms") ? text.length() - 2 : text.length() - 1;
    long number = Long.parseLong(text.substring(0, unit));
    return switch (text.substring(unit)) {
      case "ms" -> Duration.ofMillis(number);
      case "s" -> Duration.ofSeconds(number);
      case "m" -> Duration.ofMinutes(number);
      default -> Duration.ofHours(number);
    };
  }

  private static Object path(String text) {
    try {
      if (!text.isEmpty()) {
        return Path.of(text);
      }
    } catch (InvalidPathException _) {
      // Said below: the exception's own message would repeat the text.
    }
    throw new IllegalArgumentException("a path, absolute or relative to this file");
  }

  private static Object expression(String text) {
    try {
      if (!text.isEmpty()) {
        return Pattern.compile(text);
      }
    } catch (PatternSyntaxException e) {
      throw new IllegalArgumentException("an RE2 expression; here: " + e.getDescription(), e);
    }
    throw new IllegalArgumentException("an RE2 expression");
  }
}
