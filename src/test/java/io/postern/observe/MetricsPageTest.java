package io.postern.observe;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.TreeSet;
import java.util.regex.MatchResult;
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
    String page = Files.readString(PAGE);
    assertThat(
            Pattern.compile("\\b(postern|jvm|process|system)_\\w+")
                .matcher(Files.readString(Path.of("config/alerts.yaml")).replace("_bucket[", "["))
                .results()
                .map(MatchResult::group))
        .hasSizeGreaterThan(10)
        .allSatisfy(name -> assertThat(page).contains("\n| `" + name + "` | "));
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
