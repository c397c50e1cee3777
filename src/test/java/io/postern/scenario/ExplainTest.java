package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.util.NetUtil;
import io.postern.runtime.Explanation;
import io.postern.runtime.Question;
import io.postern.testkit.ClientTls;
import io.postern.testkit.PosternProcess;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.tls.CertificateAuthority;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What would become of a request is what becomes of it, and is said with the reasons. */
class ExplainTest {

  private static final String YAML =
      """
      listeners:
        edge: {bind: "127.0.0.1:0", tls: {certificates: [@CERTIFICATES@], strictSni: true}}
        inner:
          bind: 127.0.0.1:0
          tls:
            certificates: [@CERTIFICATES@]
            hosts: [{names: [mtls.example.test], clientAuth: required, trust: @CA@}]
      tenants:
        acme: {vpcEndpoints: [vpce-1]}
        few: {sources: [192.0.2.0/24], routes: [fixed, rest]}
        shown: {clientCertificates: [agent.shown.test]}
      routes:
        - {name: fixed, match: {path: [/fixed]}, respond: {status: 418}}
        - {name: of-acme, match: {pathPrefix: [/own], tenants: [acme]}, respond: {}}
        - {name: put, match: {pathPrefix: [/own], methods: [PUT, POST]}, respond: {}}
        - {name: canary, match: {headers: {x-canary: "1"}}, respond: {}}
        - {name: versions, match: {pathRegex: ["/v[0-9]+/.*"]}, respond: {}}
        - {name: debug, match: {query: {debug: {present: true}}}, respond: {}}
        - {name: away, match: {hosts: [example.test]}, redirect: {location: "https://$${host}/new$${path}"}}
        - {name: rest, match: {hosts: [localhost, "*.example.test"]}, pool: app}
      pools:
        app:
          servers:
            - {address: "127.0.0.1:1", weight: 5}
            - {address: "127.0.0.1:2", weight: 0}
            - {address: "127.0.0.1:3", state: maint}
      process: {eventLoops: 1}
      """;

  @TempDir private Path directory;
  private String yaml = YAML;
  private @Nullable ProxyUnderTest proxy;

  @BeforeEach
  void write() throws IOException {
    CertificateAuthority.create("Clients").writeCa(directory.resolve("clients.pem"));
    yaml = YAML.replace("@CA@", directory.resolve("clients.pem").toString());
  }

  @AfterEach
  void close() {
    if (proxy != null) {
      proxy.close();
    }
  }

  private ProxyUnderTest proxy() {
    ProxyUnderTest started = proxy == null ? ProxyUnderTest.start(yaml) : proxy;
    proxy = started;
    return started;
  }

  /** A request from nobody's address, with this for its SNI. */
  private static Question ask(@Nullable String serverName, String host, String target) {
    return question("edge", serverName, host, target, null, "127.0.0.1", null);
  }

  private static Question question(
      String listener,
      @Nullable String serverName,
      String host,
      String target,
      @Nullable String vpce,
      String source,
      @Nullable String certificate) {
    return new Question(
        listener,
        "GET",
        host,
        target,
        List.of(),
        serverName,
        vpce,
        Objects.requireNonNull(NetUtil.createInetAddressFromIpAddressString(source)),
        certificate);
  }

  private List<String> lines(Question question) {
    return proxy().explain(question).lines().stream()
        .map(line -> (line.subject() + " " + line.text()).strip())
        .toList();
  }

  @ParameterizedTest
  @CsvSource({
    "GET, localhost, /fixed, ''",
    "GET, LOCALHOST:8443, /fixed?debug, ''",
    "GET, localhost, /own, ''",
    "PUT, localhost, /own/x, ''",
    "PUT, localhost, /owner, ''",
    "GET, localhost, /v1/x, ''",
    "GET, localhost, /a/../v12/x, ''",
    "GET, localhost, /v/x, X-Canary: 1",
    "GET, localhost, /v/x, X-Canary: 2",
    "GET, localhost, /?debug, ''",
    "GET, localhost, /?bug, ''",
    "GET, example.test, /a, ''",
    "GET, b.a.example.test, /a, ''",
    "GET, example.org, /a, ''",
    "GET, localhost, /%zz, ''",
    "GET, local host, /, ''",
  })
  void theRouteIsTheOneThatServes(String method, String host, String target, String field) {
    List<String> fields = field.isEmpty() ? List.of() : List.of(field);
    Question question =
        new Question(
            "edge",
            method,
            host,
            target,
            fields,
            Version.HOST,
            null,
            proxy().address().getAddress(),
            null);
    Explanation explained = proxy().explain(question);
    ClientTls tls = ClientTls.of(ProxyUnderTest.authority(), Version.HOST, "http/1.1");
    int status;
    try (RawClient client = RawClient.connect(proxy().address(), tls)) {
      client.send(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n");
      status = client.send((field.isEmpty() ? "" : field + "\r\n") + "\r\n").readAnswer().status();
    }
    String route = proxy().record().route;
    assertThat(explained.route() == null ? null : explained.route().name()).isEqualTo(route);
    if (route == null) {
      assertThat(explained.lines().getLast().text()).startsWith(Integer.toString(status));
    }
  }

  @Test
  void eachStepIsSaidWithItsReasons() {
    String certificate = "/server.pem, ECDSA, for localhost";
    List<String> lines = lines(ask("localhost", "localhost", "/own?a=b"));
    assertThat(lines.get(0)).isEqualTo("listener edge, 127.0.0.1:0");
    assertThat(lines.get(1)).startsWith("certificate ").endsWith(certificate);
    assertThat(lines.subList(2, lines.size()))
        .containsExactly(
            "tenant none is known by the source 127.0.0.1",
            "request GET localhost/own?a=b",
            "routes fixed: no: the path is not /fixed",
            "of-acme: no: the tenant is none of acme",
            "put: no: the method is none of PUT, POST",
            "canary: no: the field x-canary is not `1`",
            "versions: no: the path is not matched by /v[0-9]+/.*",
            "debug: no: the query parameter debug is not there",
            "away: no: the host is none of example.test",
            "rest: takes it",
            "pool app, round-robin, http/1.1",
            "servers 127.0.0.1:1: may be picked, weight 5",
            "127.0.0.1:2: is not picked: its weight is 0",
            "127.0.0.1:3: is not picked: its state is maint: the config says so",
            "retries after connect, refused-stream, reset-before-response");
  }

  @Test
  void howFarServersAreIsSaidAndWhatTheirGroupsGet() {
    yaml =
        """
        listeners: {edge: {bind: "127.0.0.1:0"}}
        routes: [{name: all, pool: app}]
        pools:
          app:
            panicThreshold: 50%
            servers:
              - {address: "127.0.0.1:1", zone: z1}
              - {address: "127.0.0.1:2", zone: z1, state: drain}
              - {address: "127.0.0.1:3", zone: z2}
              - {address: "127.0.0.1:4", tier: 1}
        process: {eventLoops: 1, zone: z1}
        """;
    assertThat(lines(ask(null, "localhost", "/")))
        .containsSubsequence(
            "groups tier 0: gets 70%, 1 of 2 servers usable",
            "tier 0, another zone: gets 30%, 1 of 1 servers usable",
            "tier 1: gets 0%, 1 of 1 servers usable",
            "panic no: 50% or more is usable");
    proxy().server("app", 2).turnDown("status 500", Instant.EPOCH);
    proxy().server("app", 3).turnDown("status 500", Instant.EPOCH);
    assertThat(lines(ask(null, "localhost", "/")))
        .containsSubsequence(
            "groups tier 0: gets 70%, 1 of 2 servers usable",
            "tier 0, another zone: gets 30%, 0 of 1 servers usable",
            "tier 1: gets 0%, 0 of 1 servers usable",
            "panic yes: less than 50% is usable, and so all are used that are on duty");
  }

  @Test
  void whoIsCallingIsSaid() {
    assertThat(lines(question("edge", "localhost", "localhost", "/own", "vpce-1", "::1", null)))
        .contains("tenant acme, by the VPC endpoint vpce-1", "of-acme: takes it")
        .contains("rest: would take it, and comes later");
    assertThat(lines(question("edge", "localhost", "localhost", "/own", null, "192.0.2.5", null)))
        .contains("tenant few, by the source 192.0.2.5", "rest: takes it")
        .contains("put: no: tenant few has routes of its own, and this is none of them");
    String mtls = "mtls.example.test";
    assertThat(lines(question("inner", mtls, mtls, "/", null, "::1", "agent.shown.test")))
        .contains("tenant shown, by the certificate of agent.shown.test", "rest: takes it");
  }

  @Test
  void whatIsRefusedBeforeARouteIsSaid() {
    assertThat(lines(ask("example.org", "example.org", "/")).getLast())
        .isEqualTo(
            "answer the handshake is refused: no certificate is for this host, and tls.strictSni is set");
    String mtls = "mtls.example.test";
    assertThat(lines(question("inner", mtls, mtls, "/", null, "::1", null)))
        .contains("clients have to show one too")
        .last()
        .isEqualTo("answer the handshake is refused: the client shows no certificate");
    assertThat(lines(question("inner", "localhost", mtls, "/", null, "::1", null)).getLast())
        .isEqualTo("answer 421 misdirected");
    assertThat(lines(ask("localhost", "localhost", "/a/../../b")).getLast())
        .startsWith("answer 400 bad-target: ");
    assertThatThrownBy(() -> proxy().explain(question("outer", null, "h", "/", null, "::1", null)))
        .hasMessage("there is no listener outer");
  }

  @Test
  void isACommand() {
    String file = ProxyUnderTest.write(yaml, directory);
    try (PosternProcess postern =
        PosternProcess.start("explain", "-c", file, "--host", "example.test", "--path", "/a")) {
      assertThat(postern.awaitExit()).isZero();
      assertThat(postern.output())
          .contains("tenant      none is known by the source 127.0.0.1")
          .contains("            away: takes it")
          .last()
          .isEqualTo("answer      308 to https://example.test/new/a");
    }
    try (PosternProcess postern =
        PosternProcess.start("explain", "-c", file, "--host", "h", "--source", "somewhere")) {
      assertThat(postern.awaitExit()).isEqualTo(2);
      assertThat(postern.errors().getFirst()).isEqualTo("--source is no address: somewhere");
    }
  }
}
