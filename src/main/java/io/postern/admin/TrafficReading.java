package io.postern.admin;

import static io.postern.admin.Column.number;
import static io.postern.admin.Column.text;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@code GET traffic} has answered at a moment; two of them make rates. */
public final class TrafficReading {

  private record Rate(
      String name,
      double requests,
      double errors,
      @Nullable Double received,
      @Nullable Double sent) {}

  private static final Shape<Rate> RATES =
      Shape.of(
          text("name", "Whose they are.", Rate::name),
          number("requests/s", "Requests that have ended.", Rate::requests),
          number("errors/s", "Those that were answered 5xx.", Rate::errors),
          number("received/s", "Bytes of content from clients.", Rate::received),
          number("sent/s", "Bytes of content to clients.", Rate::sent));

  private final Map<String, Map<String, Long>> byName;

  private TrafficReading(Map<String, Map<String, Long>> byName) {
    this.byName = byName;
  }

  /**
   * Reads one.
   *
   * @param json the answer
   * @throws IOException where it is none
   */
  public static TrafficReading of(String json) throws IOException {
    Map<String, Map<String, Long>> byName = new HashMap<>();
    try (JsonParser from = Page.JSON.createParser(json)) {
      Map<String, Long> row = new HashMap<>();
      String name = "";
      for (JsonToken token = from.nextToken(); token != null; token = from.nextToken()) {
        if (token == JsonToken.VALUE_STRING) {
          name = from.getText();
          row = new HashMap<>();
          byName.put(name, row);
        } else if (token == JsonToken.VALUE_NUMBER_INT) {
          row.put(from.currentName(), from.getLongValue());
        }
      }
    }
    return new TrafficReading(byName);
  }

  private List<Rate> since(TrafficReading before, double seconds) {
    return byName.entrySet().stream()
        .map(each -> rate(each.getKey(), each.getValue(), before, seconds))
        .sorted(Comparator.comparingDouble(Rate::requests).reversed().thenComparing(Rate::name))
        .toList();
  }

  private static Rate rate(
      String name, Map<String, Long> now, TrafficReading before, double seconds) {
    Map<String, Long> then = before.byName.getOrDefault(name, Map.of());
    return new Rate(
        name.isEmpty() ? "(none)" : name,
        rounded(perSecond("requests", now, then, seconds)),
        rounded(perSecond("errors", now, then, seconds)),
        perSecond("received", now, then, seconds),
        perSecond("sent", now, then, seconds));
  }

  private static @Nullable Double perSecond(
      String what, Map<String, Long> now, Map<String, Long> then, double seconds) {
    Long value = now.get(what);
    if (value == null) {
      return null;
    }
    long more = Math.max(0, value - then.getOrDefault(what, 0L));
    return Math.round(more / seconds * 10) / 10.0;
  }

  private static double rounded(@Nullable Double value) {
    return value == null ? 0 : value;
  }

  /** The rates of the time between two readings, as a table; those with the most are first. */
  public String table(TrafficReading before, double seconds) {
    return RATES.table(since(before, seconds));
  }

  /** The same as an object of JSON. */
  public String json(TrafficReading before, double seconds) {
    byte[] json = Page.list("rates", RATES, since(before, seconds)).json();
    return new String(json, StandardCharsets.UTF_8);
  }
}
