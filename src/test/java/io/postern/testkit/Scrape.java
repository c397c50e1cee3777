package io.postern.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an admin port said of its metrics, read strictly: each line is of the text format of
 * Prometheus, each family has its help and type before its points, and no series comes twice.
 *
 * @param types of each family by its name
 * @param values by series, such as {@code name{a="1",b="2"}}, labels by their names
 */
public record Scrape(Map<String, String> types, Map<String, Double> values) {

  private static final Pattern HELP = Pattern.compile("# HELP ([a-z0-9_]+) \\S.*");
  private static final Pattern TYPE =
      Pattern.compile("# TYPE ([a-z0-9_]+) (counter|gauge|histogram|summary)");
  private static final Pattern POINT =
      Pattern.compile(
          "([a-z0-9_]+)(\\{[a-z_]+=\"[^\"]*\"(,[a-z_]+=\"[^\"]*\")*})? (-?[0-9.]+(E-?[0-9]+)?|NaN)");

  /** Asks an admin port. */
  public static Scrape of(InetSocketAddress admin) {
    try (RawClient client = RawClient.connect(admin)) {
      Answer answer = client.get("/metrics", "127.0.0.1");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.field("content-type"))
          .isEqualTo("text/plain; version=0.0.4; charset=utf-8");
      return parse(answer.text());
    }
  }

  private static Scrape parse(String text) {
    Scrape scrape = new Scrape(new LinkedHashMap<>(), new LinkedHashMap<>());
    String family = "";
    for (String line : text.lines().toList()) {
      Matcher help = HELP.matcher(line);
      Matcher type = TYPE.matcher(line);
      Matcher point = POINT.matcher(line);
      if (help.matches()) {
        family = help.group(1);
      } else if (type.matches()) {
        assertThat(type.group(1)).isEqualTo(family);
        assertThat(scrape.types.put(family, type.group(2))).as(family).isNull();
      } else {
        assertThat(point.matches()).as(line).isTrue();
        assertThat(point.group(1)).as(line).startsWith(family);
        String series = point.group(1) + (point.group(2) == null ? "" : point.group(2));
        assertThat(scrape.values.put(series, Double.valueOf(point.group(4)))).as(line).isNull();
      }
    }
    return scrape;
  }

  /** The value of a series; fails where there is none. */
  public long value(String series) {
    assertThat(values).containsKey(series);
    return values.getOrDefault(series, 0.0).longValue();
  }
}
