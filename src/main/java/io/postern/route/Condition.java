package io.postern.route;

import io.netty.util.AsciiString;
import io.postern.config.RouteConfig.ValueMatch;
import io.postern.http.Fields;
import io.postern.http.RequestHead;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** A demand on a request beside its host and its path. */
sealed interface Condition {

  /** That the method is one of these. */
  record Method(List<AsciiString> any) implements Condition {}

  /** That a field of this name, in lower case, is such; several of one name are each looked at. */
  record Field(AsciiString name, ValueTest test) implements Condition {}

  /** That a query parameter of this name is such; several of one name are each looked at. */
  record Parameter(AsciiString name, ValueTest test) implements Condition {}

  /** That one of these is calling. */
  record Caller(Set<AsciiString> any) implements Condition {}

  /** That the request names a host, which HTTP/1.0 does not ask for. */
  record NamesHost() implements Condition {}

  /** The tenants that a match asks for; none where it asks for none. */
  static List<Condition> ofTenants(List<String> tenants) {
    return tenants.isEmpty()
        ? List.of()
        : List.of(new Caller(new LinkedHashSet<>(tenants.stream().map(Utf8::bytes).toList())));
  }

  /** The methods that a match asks for; none where it asks for none. */
  static List<Condition> ofMethods(List<String> methods) {
    return methods.isEmpty()
        ? List.of()
        : List.of(new Method(methods.stream().map(Utf8::bytes).toList()));
  }

  /** The fields that a match asks for. */
  static List<Condition> ofFields(Map<String, ValueMatch> headers) {
    List<Condition> conditions = new ArrayList<>();
    headers.forEach(
        (name, match) ->
            conditions.add(
                new Field(Utf8.bytes(name.toLowerCase(Locale.ROOT)), ValueTest.of(match))));
    return conditions;
  }

  /** The query parameters that a match asks for. */
  static List<Condition> ofQuery(Map<String, ValueMatch> query) {
    List<Condition> conditions = new ArrayList<>();
    query.forEach(
        (name, match) -> conditions.add(new Parameter(Utf8.bytes(name), ValueTest.of(match))));
    return conditions;
  }

  /** Whether a request meets this. */
  default boolean accepts(Request request) {
    RequestHead head = request.head();
    return switch (this) {
      case Caller(Set<AsciiString> any) ->
          request.tenant() != null && any.contains(request.tenant().name());
      case Method(List<AsciiString> any) -> contains(any, head.method());
      case Field(AsciiString name, ValueTest test) ->
          test.passes(anyField(head.fields(), name, test));
      case Parameter(AsciiString name, ValueTest test) ->
          test.passes(Query.anyValue(head.query(), name, test));
      case NamesHost() -> !head.host().isEmpty();
    };
  }

  /** What is to be said of a request that does not meet this. */
  default String missed() {
    return switch (this) {
      case Caller(Set<AsciiString> any) -> "the tenant is none of " + words(any);
      case Method(List<AsciiString> any) -> "the method is none of " + words(any);
      case Field(AsciiString name, ValueTest test) -> "the field " + name + " " + test.missed();
      case Parameter(AsciiString name, ValueTest test) ->
          "the query parameter " + name + " " + test.missed();
      case NamesHost() -> "it names no host";
    };
  }

  private static String words(Collection<AsciiString> several) {
    return several.stream().map(Utf8::text).collect(Collectors.joining(", "));
  }

  private static boolean contains(List<AsciiString> any, AsciiString one) {
    for (int i = 0; i < any.size(); i++) {
      if (any.get(i).equals(one)) {
        return true;
      }
    }
    return false;
  }

  private static boolean anyField(Fields fields, AsciiString name, ValueTest test) {
    for (int at = fields.indexOf(name, 0); at >= 0; at = fields.indexOf(name, at + 1)) {
      if (test.meets(fields.value(at))) {
        return true;
      }
    }
    return false;
  }

  /** Whether this holds wherever the other does. */
  default boolean follows(Condition other) {
    return switch (this) {
      case Caller(Set<AsciiString> any) ->
          other instanceof Caller(Set<AsciiString> few) && any.containsAll(few);
      case Method(List<AsciiString> any) ->
          other instanceof Method(List<AsciiString> few) && any.containsAll(few);
      case Field(AsciiString name, ValueTest test) ->
          other instanceof Field(AsciiString n, ValueTest t) && n.equals(name) && test.follows(t);
      case Parameter(AsciiString name, ValueTest test) ->
          other instanceof Parameter(AsciiString n, ValueTest t)
              && n.equals(name)
              && test.follows(t);
      case NamesHost() -> other instanceof NamesHost;
    };
  }
}
