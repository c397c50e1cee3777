package io.postern.config;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.postern.config.Place.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a file becomes, and files that cannot be read. */
final class LoadTest {

  private static final String MINIMAL = "listeners: {edge: {bind: 0.0.0.0:80}}\nroutes: []\n";

  @TempDir private Path directory;

  @Test
  void everyDefaultIsFilledIn() {
    Config config = valid(MINIMAL);
    ListenerConfig edge = requireNonNull(config.listeners().get("edge"));
    assertThat(edge.name()).isEqualTo("edge");
    assertThat(edge.bind()).isEqualTo(new Bind.Address("0.0.0.0", 80));
    assertThat(edge.tls()).isNull();
    assertThat(edge.limits())
        .isEqualTo(
            new ListenerConfig.Limits(
                edge.place(),
                100_000,
                0,
                edge.limits().handshakes(),
                edge.limits().handshakesPerSource(),
                new Size(32 << 10),
                new Size(16 << 10),
                100,
                128,
                new Size(64 << 10),
                0,
                null));
    assertThat(config.loadBalancer().idle(edge.timeouts())).isEqualTo(Duration.ofMinutes(5));
    assertThat(config.pools()).isEmpty();
    assertThat(config.accessLog().format()).isEqualTo(AccessLogConfig.Format.JSON);
    assertThat(config.accessLog().to()).isEqualTo(AccessLogConfig.Target.STDOUT);
    assertThat(config.accessLog().file()).isNull();
    assertThat(config.loadBalancer().drain(config.shutdown())).isEqualTo(Duration.ofSeconds(290));
    assertThat(config.process().transport()).isEqualTo(ProcessConfig.Transport.AUTO);
  }

  @Test
  void everyValueIsTakenOver() {
    Path file = Path.of("src/test/resources/config/whole.yaml");
    Config config = ((Loaded.Valid) ConfigLoader.load(file, Map.of())).config();
    TlsConfig tls = requireNonNull(requireNonNull(config.listeners().get("edge")).tls());
    assertThat(tls.minVersion()).isEqualTo(TlsConfig.Version.TLSV1_3);
    assertThat(tls.certificates().getFirst().chain()).isEqualTo(file.resolveSibling("tls/a.pem"));
    assertThat(requireNonNull(tls.certificates().getFirst().passphrase()).value())
        .isEqualTo("xyzzy-plugh-4711");
    assertThat(config.toString()).doesNotContain("xyzzy-plugh-4711");
    RouteConfig.Match match = config.routes().getFirst().match();
    assertThat(match.hosts())
        .containsExactly(
            new HostPattern("api.example.com", false),
            new HostPattern("example.com", true),
            new HostPattern("[::1]", false),
            new HostPattern("10.0.0.1", false));
    assertThat(match.path()).containsExactly("/a", "/a b", "/a//b");
    assertThat(match.pathRegex().getFirst().matches("/v1/x")).isTrue();
    assertThat(match.methods()).containsExactly("GET", "POST");
    assertThat(requireNonNull(match.headers().get("x-canary")).exact()).isEqualTo("1");
    assertThat(requireNonNull(match.query().get("debug")).present()).isTrue();
    assertThat(requireNonNull(config.routes().get(1).redirect()).status()).isEqualTo(307);
    assertThat(requireNonNull(config.routes().get(2).respond()).body()).isEqualTo("<p>no");
    assertThat(requireNonNull(config.pools().get("api")).servers().get(1).weight()).isEqualTo(1000);
    assertThat(config.accessLog().file()).isEqualTo(file.resolveSibling("access.log"));
    assertThat(config.process().transport()).isEqualTo(ProcessConfig.Transport.IO_URING);
  }

  @Test
  void scalarsAreTheTextThatStandsThere() {
    Config config =
        valid(
            MINIMAL.replace("routes: []", "")
                + "routes:\n  - {name: 0123, match: {query: {a: on, b: 1_0, c: ~, d: 1.10}},"
                + " respond: {body: yes}}\n");
    RouteConfig route = config.routes().getFirst();
    assertThat(route.name()).isEqualTo("0123");
    assertThat(requireNonNull(route.respond()).body()).isEqualTo("yes");
    assertThat(route.match().query().values())
        .extracting(RouteConfig.ValueMatch::exact)
        .containsExactly("on", "1_0", "~", "1.10");
  }

  @Test
  void sectionsKnowWhereTheyStand() {
    Config config =
        valid(
            """
            listeners:
              edge:
                bind: 0.0.0.0:80
                limits:
                  connections: 5
            routes:
              - name: web
                match:
                  hosts: [a.example, b.example]
                respond: {}
            """);
    Place edge = requireNonNull(config.listeners().get("edge")).place();
    assertThat(edge.path()).isEqualTo("listeners.edge");
    assertThat(edge.position()).isEqualTo(new Position(3, 5));
    assertThat(edge.problem("limits.connections", "x", ""))
        .hasToString("test.yaml:5:20: listeners.edge.limits.connections: x");
    assertThat(edge.problem("tls", "is missing", "a section"))
        .hasToString("test.yaml:3:5: listeners.edge.tls: is missing (expected: a section)");
    assertThat(config.routes().getFirst().match().place().problem("hosts[1]", "x", ""))
        .hasToString("test.yaml:9:26: routes[0].match.hosts[1]: x");
    assertThat(
            requireNonNull(config.listeners().get("edge"))
                .timeouts()
                .place()
                .problem("idle", "x", ""))
        .hasToString("test.yaml:3:5: listeners.edge.timeouts.idle: x");
  }

  @Test
  void mapsKeepTheirOrder() {
    Config config =
        valid(
            """
            listeners:
              z: {bind: 127.0.0.1:1}
              a: {bind: 127.0.0.1:2}
              m: {bind: 127.0.0.1:3}
            routes: []
            """);
    assertThat(config.listeners().keySet()).containsExactly("z", "a", "m");
  }

  @Test
  void aFileThatIsNotThere() {
    Path file = directory.resolve("none.yaml");
    assertThat(problems(file))
        .containsExactly(file + ":1:1: cannot be read: there is no such file");
  }

  @Test
  void aDirectory() {
    assertThat(problems(directory))
        .containsExactly(directory + ":1:1: cannot be read: it is a directory");
  }

  @Test
  void aFileThatFailsWhenRead() {
    Path file = Path.of("/proc/self/mem");
    Assumptions.assumeTrue(Files.exists(file));
    assertThat(problems(file))
        .singleElement()
        .asString()
        .startsWith("/proc/self/mem:1:1: cannot be read: ");
  }

  @Test
  void aFileThatMustNotBeRead() throws IOException {
    Path file = Files.writeString(directory.resolve("closed.yaml"), MINIMAL);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("---------"));
    Assumptions.assumeFalse(Files.isReadable(file), "root may read everything");
    assertThat(problems(file)).containsExactly(file + ":1:1: cannot be read: permission denied");
  }

  @Test
  void aFileWithoutEnd() {
    Path file = Path.of("/dev/zero");
    Assumptions.assumeTrue(Files.exists(file));
    assertThat(problems(file))
        .containsExactly("/dev/zero:1:1: cannot be read: it is larger than 8388608 bytes");
  }

  @Test
  void aFileIsNamedAsTheUserNamedIt() throws IOException {
    Path sub = Files.createDirectory(directory.resolve("sub"));
    Files.writeString(directory.resolve("a.yaml"), "x: 1");
    Path named = sub.resolve("../a.yaml");
    assertThat(problems(named)).allMatch(problem -> problem.startsWith(named + ":1:1: "));
  }

  @Test
  void noTextMakesItThrow() throws IOException {
    String whole = Files.readString(Path.of("src/test/resources/config/whole.yaml"));
    List<String> inserted = List.of("", "\t", "{", "]", "'", ": ", "\n", "*", "&a ", "${", "- ");
    for (int i = 0; i < whole.length(); i++) {
      String text =
          whole.substring(0, i) + inserted.get(i % inserted.size()) + whole.substring(i + 1);
      Loaded loaded = ConfigLoader.parse("test.yaml", text, Path.of("."), Map.of());
      if (loaded instanceof Loaded.Invalid invalid) {
        assertThat(invalid.problems())
            .isNotEmpty()
            .isSortedAccordingTo(
                Comparator.comparingInt((Problem problem) -> problem.position().line())
                    .thenComparingInt(problem -> problem.position().column()));
      }
    }
  }

  private Config valid(String text) {
    Loaded loaded = ConfigLoader.parse("test.yaml", text, directory, Map.of());
    return assertThat(loaded).asInstanceOf(type(Loaded.Valid.class)).actual().config();
  }

  private static List<String> problems(Path file) {
    Loaded loaded = ConfigLoader.load(file, Map.of());
    return assertThat(loaded).asInstanceOf(type(Loaded.Invalid.class)).actual().problems().stream()
        .map(Problem::toString)
        .toList();
  }
}
