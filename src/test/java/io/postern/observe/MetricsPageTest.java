package io.postern.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.config.AccessLogConfig;
import io.postern.config.Configs;
import io.postern.testkit.Await;
import io.postern.testkit.ProxyUnderTest;
import io.postern.tls.CertificateAuthority.Issued;
import io.postern.tls.OcspAuthority;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code metrics.md} has every family that there is, with its type, labels and help, and no other.
 */
final class MetricsPageTest {

  private static final Path PAGE = Path.of("src/site/markdown/metrics.md");

  /** What a collector of the JVM does beside the program, or not at all. */
  private static final String PERHAPS = "jvm_gc_concurrent_phase_time_seconds";

  /** A family from its help to its first point. */
  private static final Pattern FAMILY =
      Pattern.compile("# HELP (\\w+) ([^\n]*)\n# TYPE \\w+ (\\w+)\n([^\n]*)");

  private static final Pattern NAME = Pattern.compile("\\b(postern|jvm|process|system)_\\w+");

  /** In an expression: {@code by (a, b)} or <code>{a="b"}</code>. */
  private static final Pattern LABELS_USED =
      Pattern.compile("by \\(([\\w, ]+)\\)|(\\w+)(?:!?~|!?=)~?\"");

  private static final Pattern SHOWN = Pattern.compile("\\{\\{(\\w+)}}");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"");

  @TempDir private Path directory;

  @Test
  void hasEveryFamilyAndNoOther() throws IOException {
    assertThat(told().filter(row -> !row.contains(PERHAPS)))
        .containsExactlyInAnyOrderElementsOf(
            families().filter(row -> !row.contains(PERHAPS)).toList());
  }

  @Test
  void alertsAskForWhatThereIs() throws IOException {
    assertThat(asked(Files.readString(Path.of("config/alerts.yaml"))))
        .hasSizeGreaterThan(10)
        .allSatisfy(name -> assertThat(labels()).containsKey(name));
  }

  @Test
  void theOldNamesLeadToWhatThereIs() throws IOException {
    List<String> rows =
        Files.readAllLines(Path.of("src/site/markdown/migrating-from-haproxy.md")).stream()
            .filter(row -> row.startsWith("| `haproxy_"))
            .toList();
    assertThat(rows).hasSizeGreaterThan(30);
    assertThat(asked(String.join("\n", rows)))
        .allSatisfy(name -> assertThat(labels()).containsKey(name));
  }

  /** What it asks for is told, and has the labels that it goes by, is summed by, and shows. */
  @Test
  void theDashboardAsksForWhatThereIs() throws IOException {
    JsonNode dashboard =
        new ObjectMapper().readTree(Path.of("config/grafana-dashboard.json").toFile());
    List<JsonNode> targets = dashboard.findParents("expr");
    assertThat(targets).hasSizeGreaterThan(50);
    for (JsonNode target : targets) {
      String expression = target.get("expr").asText();
      Set<String> known = new TreeSet<>(Set.of("job", "instance", "le"));
      for (String name : asked(expression)) {
        assertThat(labels()).as(expression).containsKey(name);
        known.addAll(labels().getOrDefault(name, Set.of()));
      }
      assertThat(known)
          .as(expression)
          .containsAll(
              LABELS_USED.matcher(expression).results().flatMap(MetricsPageTest::names).toList())
          .containsAll(
              SHOWN
                  .matcher(target.path("legendFormat").asText())
                  .results()
                  .map(label -> label.group(1))
                  .toList());
    }
  }

  private static Stream<String> names(MatchResult used) {
    String list = used.group(1) == null ? used.group(2) : used.group(1);
    return Stream.of(list.split(", *", -1));
  }

  /** The families that a text names. */
  private static List<String> asked(String text) {
    return NAME.matcher(text)
        .results()
        .map(name -> name.group().replaceAll("_(bucket|sum)$", ""))
        .toList();
  }

  /** The labels of each family, as the page has them. */
  private static Map<String, Set<String>> labels() throws IOException {
    return told()
        .map(row -> Pattern.compile("`(\\w+)` \\| \\w+ \\| ([^|]*)").matcher(row))
        .filter(Matcher::find)
        .collect(
            Collectors.toMap(
                row -> row.group(1),
                row -> Set.of(row.group(2).replaceAll("[`–\\s]", "").split(",", -1))));
  }

  @Test
  void saysWhyHandshakesFail() throws IOException {
    String page = Files.readString(PAGE);
    assertThat(HandshakeFailure.values())
        .allSatisfy(why -> assertThat(page).contains("\n| `" + Counters.label(why) + "` | "));
  }

  private static Stream<String> told() throws IOException {
    Pattern row = Pattern.compile("\\| `(postern|jvm|process|system)_\\w+` \\|.*");
    return Files.readAllLines(PAGE).stream().filter(row.asMatchPredicate());
  }

  private Stream<String> families() throws IOException {
    return FAMILY.matcher(text()).results().map(MetricsPageTest::row);
  }

  private static String row(MatchResult family) {
    String labels =
        LABEL
            .matcher(family.group(4))
            .results()
            .map(label -> label.group(1))
            .filter(label -> !label.equals("le"))
            .collect(Collectors.toCollection(TreeSet::new))
            .stream()
            .map(label -> "`" + label + "`")
            .collect(Collectors.joining(", "));
    return "| `%s` | %s | %s | %s |"
        .formatted(
            family.group(1), family.group(3), labels.isEmpty() ? "–" : labels, family.group(2));
  }

  private String text() throws IOException {
    AccessLogConfig config = Configs.accessLogTo(directory.resolve("access.log"));
    OcspAuthority authority = new OcspAuthority();
    Issued issued = authority.issue("stapled.example.test", null, false);
    issued.writeTo(directory, "stapled");
    authority.about(issued).writeTo(directory.resolve("stapled.ocsp"));
    try (ProxyUnderTest proxy =
            ProxyUnderTest.start(
                """
                listeners:
                  edge:
                    bind: 127.0.0.1:0
                    limits: {bandwidth: 1MiB/s}
                    tls: {certificates: [@CERTIFICATES@], certificateDirectory: %s, ocspFetch: true}
                tenants: {acme: {vpcEndpoints: [vpce-1], limits: {bandwidth: 1MiB/s}}}
                routes:
                  - {name: all, pool: app, mirror: {pool: app}}
                pools:
                  app: {tls: {certificate: @CERTIFICATES@}, servers: [{address: "127.0.0.1:1"}]}
                  found: {discovery: {dns: app.test, port: 1, resolvers: ["127.0.0.1:1"]}}
                process: {eventLoops: 1}
                """
                    .formatted(directory));
        AccessLog log = AccessLog.open(config);
        Metrics metrics = new Metrics()) {
      proxy.runtime().describe(metrics);
      log.describe(metrics);
      System.gc();
      Await.until("a pause", () -> read(metrics).contains("jvm_gc_pause_seconds_max{"));
      return read(metrics);
    }
  }

  private static String read(Metrics metrics) {
    return new String(metrics.text(Metrics.Format.PROMETHEUS), StandardCharsets.UTF_8);
  }
}
