package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.Gate;
import io.postern.testkit.LogLines;
import io.postern.testkit.OpensslServer;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.Scrape;
import io.postern.testkit.ScriptedConnection.Ending;
import io.postern.testkit.ScriptedServer;
import io.postern.testkit.ServerTls;
import io.postern.tls.CertificateAuthority;
import io.postern.tls.CertificateAuthority.Issued;
import io.postern.tls.KeyType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Authorities of servers, and the certificate that they are shown, change while we run. */
class ServerTlsChangesTest {

  private static final CertificateAuthority OLD = CertificateAuthority.create("Old CA");
  private static final CertificateAuthority NEW = CertificateAuthority.create("New CA");
  private static final CertificateAuthority CLIENTS = CertificateAuthority.create("Client CA");

  @TempDir private Path dir;
  private LogLines log;

  @BeforeEach
  void certificates() throws IOException {
    log = LogLines.of("io.postern.tls");
    OLD.writeCa(dir.resolve("ca.pem"));
    OLD.issue(KeyType.ECDSA, List.of("localhost")).writeTo(dir, "old");
    NEW.issue(KeyType.ECDSA, List.of("localhost")).writeTo(dir, "new");
    CLIENTS.writeCa(dir.resolve("clients.pem"));
  }

  @AfterEach
  void stop() {
    log.close();
  }

  private ProxyUnderTest proxy(String more, String protocol, int... ports) {
    StringBuilder routes = new StringBuilder();
    StringBuilder pools = new StringBuilder();
    for (int i = 0; i < ports.length; i++) {
      routes.append(
          "  - {name: r%1$d, match: {pathPrefix: [/%1$d]}, pool: p%1$d, timeouts: {connect: 20s}}\n"
              .formatted(i));
      pools.append(
          "  p%d: {protocol: %s, tls: {trust: %s%s}, servers: [{address: \"localhost:%d\"}]}\n"
              .formatted(i, protocol, dir.resolve("ca.pem"), more, ports[i]));
    }
    return ProxyUnderTest.start(
        """
        listeners:
          edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
        routes:
        %spools:
        %sadmin: {bind: 127.0.0.1:0}
        process: {eventLoops: 1, watchInterval: 100ms}
        """
            .formatted(routes, pools));
  }

  private OpensslServer server(String name, String version, String... more) {
    String[] own = {version, "-cert", name + ".pem", "-key", name + ".key"};
    String[] all = java.util.Arrays.copyOf(own, own.length + more.length);
    System.arraycopy(more, 0, all, own.length, more.length);
    return OpensslServer.start(dir, all);
  }

  private static String page(ProxyUnderTest proxy, String path) {
    try (Caller client = Protocol.H2.connect(proxy)) {
      var answer = client.get(path).answer();
      assertThat(answer.status()).as(answer.text()).isEqualTo(200);
      Ended.well(proxy);
      return answer.text();
    }
  }

  private static void isUnverified(ProxyUnderTest proxy, String path) {
    try (Caller client = Protocol.H2.connect(proxy)) {
      assertThat(client.get(path).answer().status()).isEqualTo(503);
      Ended.badly(proxy, 503, "SC", Reason.SERVER_UNVERIFIED);
    }
  }

  private static long metric(ProxyUnderTest proxy, String name, int pool) {
    return Scrape.of(proxy.admin())
        .value("postern_pool_tls_%s_total{pool=\"p%d\"}".formatted(name, pool));
  }

  /** A session of before would have let the old one in without a look at its certificate. */
  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void otherAuthoritiesAreTrusted(String version) throws IOException {
    try (OpensslServer old = server("old", version);
        OpensslServer other = server("new", version);
        ProxyUnderTest proxy = proxy("", "http/1.1", old.port(), other.port())) {
      assertThat(page(proxy, "/0")).contains("New, TLSv1");
      assertThat(page(proxy, "/0")).contains("Reused, TLSv1");
      isUnverified(proxy, "/1");

      NEW.writeCa(dir.resolve("ca.pem"));
      log.await("from now on its servers are verified by", 2);
      isUnverified(proxy, "/0");
      assertThat(page(proxy, "/1")).contains("New, TLSv1");
      assertThat(page(proxy, "/1")).contains("Reused, TLSv1");
      assertThat(metric(proxy, "swaps", 0)).isEqualTo(1);
      assertThat(metric(proxy, "refusals", 0)).isZero();
    }
  }

  @Test
  void aFileThatIsNotInOrderChangesNothing() throws IOException {
    try (OpensslServer old = server("old", "-tls1_3");
        ProxyUnderTest proxy = proxy("", "http/1.1", old.port())) {
      assertThat(page(proxy, "/0")).contains("New, TLSv1.3");
      Files.writeString(dir.resolve("ca.pem"), "nothing\n");
      assertThat(log.await("what was in use before stays in use", 1))
          .singleElement()
          .asString()
          .startsWith("ERROR ")
          .contains("ca.pem holds no certificate");
      assertThat(page(proxy, "/0")).contains("Reused, TLSv1.3");
      assertThat(metric(proxy, "refusals", 0)).isEqualTo(1);
      assertThat(metric(proxy, "swaps", 0)).isZero();
    }
  }

  private String certificate() {
    return ", certificate: {chain: %s, key: %s}"
        .formatted(dir.resolve("proxy.pem"), dir.resolve("proxy.key"));
  }

  private static long expiry(ProxyUnderTest proxy, Path chain) {
    return Scrape.of(proxy.admin())
        .value(
            "postern_pool_tls_certificate_expiry_timestamp_seconds{certificate=\"%s\",pool=\"p0\"}"
                .formatted(chain));
  }

  /** As the server's page shows it. */
  private static String serial(Issued issued) {
    String hex = issued.certificate().getSerialNumber().toString(16);
    return (hex.length() % 2 == 0 ? hex : "0" + hex).replaceAll("(..)(?!$)", "$1:");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void anotherCertificateIsShown(String version) throws IOException {
    Issued first = CLIENTS.issue(KeyType.ECDSA, List.of("proxy.test"));
    Issued second = CLIENTS.issue(KeyType.RSA, List.of("proxy.test"));
    first.writeTo(dir, "proxy");
    try (OpensslServer server =
            server(
                "old", version, "-Verify", "1", "-verify_return_error", "-CAfile", "clients.pem");
        ProxyUnderTest proxy = proxy(certificate(), "http/1.1", server.port())) {
      assertThat(page(proxy, "/0")).contains(serial(first));
      second.writeTo(dir, "proxy");
      log.await("is shown to its servers from now on: serial", 1);
      assertThat(page(proxy, "/0")).contains(serial(second)).contains("New, TLSv1");
      long expires = second.certificate().getNotAfter().toInstant().getEpochSecond();
      assertThat(expiry(proxy, dir.resolve("proxy.pem"))).isEqualTo(expires);
      assertThat(log.about("its servers are verified by")).isEmpty();

      CertificateAuthority.create("Nobody")
          .issue(KeyType.RSA, List.of("proxy.test"))
          .writeTo(dir, "other");
      Files.copy(
          dir.resolve("other.key"),
          dir.resolve("proxy.key"),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      log.await("the key is not that of the certificate", 1);
      assertThat(page(proxy, "/0")).contains(serial(second));
    }
  }

  private static ServerTls tls(Issued issued, String protocol) {
    return ServerTls.of(issued).protocols(protocol);
  }

  private static boolean ask(Caller client, String path) {
    return client.get(path).answer().status() == 200;
  }

  /** What is open was verified by the authorities of before. */
  @ParameterizedTest
  @ValueSource(strings = {"http/1.1", "h2"})
  void connectionsOfBeforeAreUsedNoMore(String protocol) throws IOException {
    Gate gate = new Gate();
    Respond ok = new Respond(Response.of(200, "ok"));
    Issued issued = OLD.issue(KeyType.ECDSA, List.of("localhost"));
    try (ScriptedServer server =
            ScriptedServer.start(tls(issued, protocol)).on("/0/held", new Hold(gate, ok));
        ProxyUnderTest proxy = proxy("", protocol, server.port());
        Caller client = Protocol.H2.connect(proxy);
        Caller other = Protocol.H2.connect(proxy)) {
      assertThat(other.get("/0/idle").answer().status()).isEqualTo(200);
      var held = client.get("/0/held");
      gate.awaitWaiting();
      if (protocol.equals("http/1.1")) {
        assertThat(other.get("/0/idle").answer().status()).isEqualTo(200);
      }
      int before = server.connections().size();

      Files.writeString(
          dir.resolve("ca.pem"),
          Files.readString(dir.resolve("clients.pem")) + Files.readString(dir.resolve("ca.pem")));
      log.await("from now on its servers are verified by", 1);
      // The connection of HTTP/2 has room until the loop is told.
      Await.until("another", () -> ask(other, "/0/next") && server.connections().size() > before);
      assertThat(ask(other, "/0/last")).isTrue();
      assertThat(server.requests("/0/last").getFirst().connection()).isEqualTo(before);

      gate.open();
      assertThat(held.answer().text()).isEqualTo("ok");
      for (int i = 0; i < before; i++) {
        assertThat(server.awaitConnection(i).ending())
            .isIn(Ending.CLOSED_BY_PEER, Ending.BROKEN_BY_PEER);
      }
      assertThat(server.connections()).hasSize(before + 1);
    }
  }
}
