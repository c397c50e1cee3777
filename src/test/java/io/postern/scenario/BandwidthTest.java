package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.postern.fault.Reason;
import io.postern.observe.ExchangeRecord;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Echo;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.ClientTls;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.ProxyV2;
import io.postern.testkit.RawClient;
import io.postern.testkit.Response;
import io.postern.testkit.Scrape;
import io.postern.testkit.ScriptedServer;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Content passes as fast as the bandwidth of a tenant or a listener lets it. The times are least
 * ones: a machine may always be slower.
 */
class BandwidthTest {

  private static final int MIB = 1 << 20;

  private static ProxyUnderTest proxy(int port, String tenant, String more) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge: {bind: "127.0.0.1:0", tls: {certificates: [@CERTIFICATES@]}}
        tenants:
          acme: {sources: [127.0.0.0/8], limits: {%s}}
        routes:
          - {name: all, pool: app, timeouts: {%s}}
        pools:
          app: {servers: [{address: "127.0.0.1:%d"}]}
        admin: {bind: 127.0.0.1:0}
        process: {eventLoops: 2}
        """
            .formatted(tenant, more, port));
  }

  private static long waits(ProxyUnderTest proxy, String direction) {
    return waits(proxy, direction, "acme");
  }

  private static long waits(ProxyUnderTest proxy, String direction, String tenant) {
    return Scrape.of(proxy.admin())
        .value(
            "postern_tenant_bandwidth_waits_total{direction=\"%s\",tenant=\"%s\"}"
                .formatted(direction, tenant));
  }

  private static String content(int size) {
    return "x".repeat(size);
  }

  /** How long it takes, in milliseconds. */
  private static long millis(Runnable what) {
    long began = System.nanoTime();
    what.run();
    return (System.nanoTime() - began) / 1_000_000;
  }

  @ParameterizedTest
  @EnumSource
  void downloadsTakeTheirTime(Version version) {
    try (ScriptedServer server =
            ScriptedServer.start(new Respond(Response.of(200, content(3 * MIB))));
        ProxyUnderTest proxy = proxy(server.port(), "bandwidth: 4MiB/s", "");
        Client client = version.connect(proxy)) {
      long took = millis(() -> assertThat(client.get("/").content().length()).isEqualTo(3 * MIB));
      assertThat(took).isGreaterThan(400); // the last piece is not waited for
      ExchangeRecord record = proxy.record();
      assertThat(record.fault).isNull();
      assertThat(record.shapedNanos).isBetween(100_000_000L, took * 1_000_000);
      assertThat(waits(proxy, "sent")).isPositive();
      assertThat(waits(proxy, "received")).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void uploadsTakeTheirTime(Version version) {
    try (ScriptedServer server = ScriptedServer.start();
        ProxyUnderTest proxy = proxy(server.port(), "bandwidth: 4MiB/s", "");
        Client client = version.connect(proxy)) {
      long took =
          millis(
              () -> {
                Call call = client.start("POST", "/");
                for (int i = 0; i < 24; i++) {
                  call.send(content(MIB / 8));
                }
                assertThat(call.end().answer().status()).isEqualTo(200);
              });
      assertThat(took).isGreaterThan(400);
      assertThat(proxy.record().bytesReceived).isEqualTo(3 * MIB);
      assertThat(waits(proxy, "received")).isPositive();
      assertThat(waits(proxy, "sent")).isZero();
    }
  }

  /** Nothing of a short answer is left to be held back, so the next request is. */
  @ParameterizedTest
  @EnumSource
  void manySmallAnswersTakeTheirTimeToo(Version version) {
    try (ScriptedServer server =
            ScriptedServer.start(new Respond(Response.of(200, content(MIB / 64))));
        ProxyUnderTest proxy = proxy(server.port(), "bandwidth: 1MiB/s", "");
        Client client = version.connect(proxy)) {
      long took =
          millis(
              () -> {
                for (int i = 0; i < 48; i++) {
                  assertThat(client.get("/").content().length()).isEqualTo(MIB / 64);
                }
              });
      assertThat(took).isGreaterThan(600);
    }
  }

  /** Whoever is not read from cannot say anything. */
  @Test
  void aWaitIsNoSilence() {
    try (ScriptedServer server =
            ScriptedServer.start(new Respond(Response.of(200, content(MIB / 2))));
        ProxyUnderTest proxy = proxy(server.port(), "bandwidth: 256KiB/s", "idle: 50ms");
        Client client = Version.H1.connect(proxy)) {
      assertThat(client.get("/").content().length()).isEqualTo(MIB / 2);
      assertThat(proxy.record().fault).isNull();
    }
  }

  @Test
  void aRequestThatWouldWaitLongIsAnswered() {
    try (ScriptedServer server =
            ScriptedServer.start(new Respond(Response.of(200, content(MIB / 2))));
        ProxyUnderTest proxy = proxy(server.port(), "bandwidth: 1KiB/s", "queue: 100ms");
        Client client = Version.H1.connect(proxy);
        Client next = Version.H2.connect(proxy)) {
      Call long1 = client.request("GET", "/");
      Await.until("it is held back", () -> waits(proxy, "sent") > 0);
      Refusals.check(next.get("/"), Reason.QUEUE_TIMEOUT);
      ExchangeRecord record = proxy.record();
      assertThat(record.terminationCode()).isEqualTo("RQ");
      assertThat(record.shapedNanos).isGreaterThan(90_000_000);
      assertThat(record.attempts).isZero();
      client.connection().reset();
      assertThat(proxy.record().fault).isNotNull();
      assertThat(long1).isNotNull();
    }
  }

  /** What it would have had to pay stays; it is much, for a long time. */
  @ParameterizedTest
  @EnumSource
  void whoIsGoneIsLetGoOf(Version version) {
    try (ScriptedServer server =
            ScriptedServer.start(new Respond(Response.of(200, content(MIB / 2))));
        ProxyUnderTest proxy = proxy(server.port(), "bandwidth: 1KiB/s", "queue: 100ms");
        Client next = version.connect(proxy)) {
      Client client = version.connect(proxy);
      client.request("GET", "/");
      Await.until("it is held back", () -> waits(proxy, "sent") > 0);
      Refusals.check(next.get("/"), Reason.QUEUE_TIMEOUT);
      WeakReference<ExchangeRecord> refused = new WeakReference<>(proxy.record());
      client.connection().reset();
      WeakReference<ExchangeRecord> broken = new WeakReference<>(proxy.record());
      Refusals.check(next.get("/"), Reason.QUEUE_TIMEOUT);
      assertThat(proxy.record().fault).isNotNull();
      awaitUnheld("what did not begin", refused);
      awaitUnheld("what broke off", broken);
      Refusals.check(next.get("/"), Reason.QUEUE_TIMEOUT);
    }
  }

  private static void awaitUnheld(String what, WeakReference<?> held) {
    Await.until(
        "nobody holds " + what,
        () -> {
          System.gc();
          return held.refersTo(null);
        });
  }

  /** It waited for its tenant, and its listener had not heard of it yet. */
  @Test
  void whatHasPassedIsPaidForByWhoIsGone() {
    try (ScriptedServer server =
            ScriptedServer.start(new Respond(Response.of(200, content(MIB / 2))));
        ProxyUnderTest proxy = shared(server.port(), "16KiB/s", "limits: {bandwidth: 1KiB/s}");
        RawClient client = of("vpce-1", proxy);
        RawClient other = of("vpce-3", proxy)) {
      client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      Await.until("it is held back", () -> waits(proxy, "sent", "one") > 0);
      client.reset();
      assertThat(proxy.record().fault).isNotNull();
      other.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertThat(other.readHead().status()).isEqualTo(503);
      assertThat(proxy.record().terminationCode()).isEqualTo("RQ");
    }
  }

  @Test
  void bothWaysAtOnce() {
    try (ScriptedServer server = ScriptedServer.start(new Echo());
        ProxyUnderTest proxy = proxy(server.port(), "bandwidth: 2MiB/s", "");
        Client client = Version.H1.connect(proxy)) {
      Call call = client.start("POST", "/");
      long took =
          millis(
              () -> {
                for (int i = 0; i < 12; i++) {
                  call.send(content(MIB / 8));
                }
                assertThat(call.end().answer().content().length()).isEqualTo(12 * MIB / 8);
              });
      assertThat(took).isGreaterThan(400);
      assertThat(waits(proxy, "sent") + waits(proxy, "received")).isPositive();
    }
  }

  private static ProxyUnderTest shared(int port, String bandwidth, String ofOne) {
    return ProxyUnderTest.start(
        """
                listeners:
                  edge:
                    bind: 127.0.0.1:0
                    proxyProtocol: required
                    tls: {certificates: [@CERTIFICATES@]}
                    limits: {bandwidth: %s}
                tenants:
                  one: {vpcEndpoints: [vpce-1], %s}
                  three: {vpcEndpoints: [vpce-3], weight: 3}
                routes:
                  - {name: all, pool: app, timeouts: {queue: 200ms}}
                pools:
                  app: {servers: [{address: "127.0.0.1:%d"}]}
                admin: {bind: 127.0.0.1:0}
                process: {eventLoops: 2}
                """
            .formatted(bandwidth, ofOne, port));
  }

  private static RawClient of(String vpce, ProxyUnderTest proxy) {
    return RawClient.connect(proxy.address())
        .send(ProxyV2.proxied("192.0.2.1", 4711, "127.0.0.1", 1).vpce(vpce).bytes())
        .startTls(ClientTls.of(ProxyUnderTest.authority(), Version.HOST, "http/1.1"));
  }

  /** The one with the smaller weight has four times the connections. */
  @Test
  void tenantsShareAListenerByTheirWeights() {
    try (ScriptedServer server =
            ScriptedServer.start(new Respond(Response.of(200, content(64 * MIB))));
        ProxyUnderTest proxy = shared(server.port(), "16MiB/s", "weight: 1")) {
      AtomicLong one = new AtomicLong();
      AtomicLong three = new AtomicLong();
      AtomicBoolean enough = new AtomicBoolean();
      List<RawClient> clients = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        boolean first = i < 8;
        RawClient client = of(first ? "vpce-1" : "vpce-3", proxy);
        clients.add(client);
        Thread.ofVirtual().start(() -> read(client, first ? one : three, enough));
      }
      // What each gets before all are there does not count.
      Await.until("both get some", () -> one.get() > MIB && three.get() > MIB);
      long oneBefore = one.get();
      long threeBefore = three.get();
      long before = oneBefore + threeBefore;
      Await.until("much has come", () -> one.get() + three.get() - before > 24 * MIB);
      double part = (double) (one.get() - oneBefore) / (one.get() + three.get() - before);
      enough.set(true);
      clients.forEach(RawClient::close);
      assertThat(part).isCloseTo(0.25, within(0.06));
    }
  }

  private static void read(RawClient client, AtomicLong bytes, AtomicBoolean enough) {
    client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    while (!enough.get()) {
      bytes.addAndGet(client.read(16 * 1024).length());
    }
  }
}
