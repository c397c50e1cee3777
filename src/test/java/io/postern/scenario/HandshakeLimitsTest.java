package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Await;
import io.postern.testkit.ClientTls;
import io.postern.testkit.Gate;
import io.postern.testkit.LogLines;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.ProxyV2;
import io.postern.testkit.RawClient;
import io.postern.testkit.RawClient.Ending;
import io.postern.testkit.Scrape;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * So many handshakes may be under way, and begin in a time; nothing is computed for one more, nor
 * for one whose client has gone.
 */
@SuppressWarnings("try") // a connection that ends makes room
class HandshakeLimitsTest {

  private static final String ACME = "vpce-1";
  private static final String ALSO_ACME = "vpce-2";
  private static final String OTHER = "vpce-3";

  private static ProxyUnderTest proxy(String limits, String ofAcme) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge:
            bind: 127.0.0.1:0
            proxyProtocol: required
            limits: {connections: 1000, %s}
            tls: {certificates: [@CERTIFICATES@]}
          second:
            bind: 127.0.0.1:0
            proxyProtocol: required
            tls: {certificates: [@CERTIFICATES@]}
        tenants:
          acme: {vpcEndpoints: [vpce-1, vpce-2], limits: {%s}}
        routes: [{name: all, respond: {}}]
        admin: {bind: 127.0.0.1:0}
        process: {eventLoops: 1}
        """
            .formatted(limits, ofAcme));
  }

  private static ClientTls tls() {
    return ClientTls.of(ProxyUnderTest.authority(), Version.HOST, "http/1.1");
  }

  private static RawClient from(ProxyUnderTest proxy, String address, String vpce, String to) {
    InetSocketAddress client = new InetSocketAddress(address, 4711);
    return RawClient.connect(proxy.address(to)).send(ProxyV2.aws(client, proxy.address(to), vpce));
  }

  /** Answers a client whose handshake is under way, and stays so. */
  private static RawClient begun(ProxyUnderTest proxy, String address, String vpce, String to) {
    RawClient client = from(proxy, address, vpce, to).send(tls().hello());
    client.read(1); // of a ServerHello
    return client;
  }

  private static void shed(ProxyUnderTest proxy, String address, String vpce, String to) {
    try (RawClient client = from(proxy, address, vpce, to).send(tls().hello())) {
      assertThat(client.awaitEnding()).isIn(Ending.CLOSED, Ending.RESET);
    }
  }

  private static RawClient served(ProxyUnderTest proxy, String address, String vpce, String to) {
    RawClient client = from(proxy, address, vpce, to).startTls(tls());
    assertThat(client.get("/", Version.HOST).status()).isEqualTo(200);
    return client;
  }

  private static long count(ProxyUnderTest proxy, String limit) {
    return Scrape.of(proxy.admin())
        .value(
            "postern_tls_handshakes_shed_total{limit=\"%s\",listener=\"edge\"}".formatted(limit));
  }

  @Test
  void underWayOnAListener() {
    try (ProxyUnderTest proxy = proxy("handshakes: {concurrent: 2}", "");
        LogLines log = LogLines.of("io.postern.listener.HandshakeAdmission");
        RawClient before = served(proxy, "192.0.2.9", OTHER, "edge");
        RawClient first = begun(proxy, "192.0.2.1", OTHER, "edge");
        RawClient second = begun(proxy, "192.0.2.2", ACME, "edge")) {
      for (int i = 0; i < 5; i++) {
        shed(proxy, "192.0.2.3", OTHER, "edge");
      }
      assertThat(count(proxy, "listener")).isEqualTo(5);
      assertThat(log.about("by the limit of the listener")).hasSize(1);
      assertThat(log.all().getFirst()).contains("listener edge", "192.0.2.3", OTHER);
      assertThat(before.get("/", Version.HOST).status()).isEqualTo(200);
      first.close();
      Await.until("it is gone", () -> failures(proxy, "client-gone") == 1);
      served(proxy, "192.0.2.3", OTHER, "edge").close();
      second.close();
    }
  }

  @Test
  void underWayOfASource() {
    try (ProxyUnderTest proxy = proxy("handshakesPerSource: {concurrent: 1}", "");
        RawClient first = begun(proxy, "192.0.2.1", OTHER, "edge")) {
      shed(proxy, "192.0.2.1", OTHER, "edge");
      assertThat(count(proxy, "source")).isEqualTo(1);
      served(proxy, "192.0.2.2", OTHER, "edge").close();
      served(proxy, "192.0.2.1", ACME, "edge").close();
      served(proxy, "192.0.2.1", OTHER, "second").close();
      first.close();
    }
  }

  @Test
  void begunByASourceInATime() {
    try (ProxyUnderTest proxy = proxy("handshakesPerSource: {rate: 2/h}", "");
        RawClient kept = served(proxy, "192.0.2.1", OTHER, "edge")) {
      served(proxy, "192.0.2.1", OTHER, "edge").close();
      shed(proxy, "192.0.2.1", OTHER, "edge");
      assertThat(count(proxy, "source-rate")).isEqualTo(1);
      served(proxy, "192.0.2.2", OTHER, "edge").close();
      assertThat(kept.get("/", Version.HOST).status()).isEqualTo(200);
    }
  }

  @Test
  void begunOnAListenerInATime() {
    try (ProxyUnderTest proxy = proxy("handshakes: {rate: 3/h}", "")) {
      for (int i = 1; i <= 3; i++) {
        served(proxy, "192.0.2." + i, OTHER, "edge").close();
      }
      shed(proxy, "192.0.2.4", OTHER, "edge");
      assertThat(count(proxy, "listener-rate")).isEqualTo(1);
      served(proxy, "192.0.2.4", OTHER, "second").close();
    }
  }

  @Test
  void ofATenantOnAllListeners() {
    try (ProxyUnderTest proxy = proxy("", "handshakes: {concurrent: 1}");
        RawClient first = begun(proxy, "192.0.2.1", ALSO_ACME, "second")) {
      shed(proxy, "192.0.2.2", ACME, "edge");
      assertThat(count(proxy, "tenant")).isEqualTo(1);
      served(proxy, "192.0.2.2", OTHER, "edge").close();
      first.close();
    }
    try (ProxyUnderTest proxy = proxy("", "handshakes: {rate: 1/h}")) {
      served(proxy, "192.0.2.1", ALSO_ACME, "second").close();
      shed(proxy, "192.0.2.2", ACME, "edge");
      assertThat(count(proxy, "tenant-rate")).isEqualTo(1);
    }
  }

  /** A health check of a load balancer connects and goes. */
  @Test
  void whoSaysNothingTakesNothing() {
    try (ProxyUnderTest proxy = proxy("handshakes: {concurrent: 1, rate: 1/h}", "");
        RawClient silent = from(proxy, "192.0.2.1", OTHER, "edge")) {
      from(proxy, "192.0.2.1", OTHER, "edge").close();
      served(proxy, "192.0.2.2", OTHER, "edge").close();
      silent.close();
    }
  }

  /** The TLS library puts up with more than Netty, which sees no ClientHello in these. */
  @Test
  void thereIsNoWayRound() {
    byte[] hello = tls().hello();
    byte[] warning = {21, 3, 1, 0, 2, 1, 90};
    byte[] inPieces = concat(new byte[] {22, 3, 1, 0, 2, hello[5], hello[6]}, rest(hello));
    for (byte[] opening : List.of(concat(warning, hello), inPieces)) {
      try (ProxyUnderTest proxy = proxy("handshakes: {concurrent: 1}", "");
          RawClient first = begun(proxy, "192.0.2.1", OTHER, "edge");
          RawClient second = from(proxy, "192.0.2.1", OTHER, "edge").send(opening)) {
        assertThat(second.awaitEnding()).isIn(Ending.CLOSED, Ending.RESET);
        assertThat(count(proxy, "listener")).isEqualTo(1);
        first.close();
      }
    }
  }

  /** What is behind the first two bytes of the message, in a record of its own. */
  private static byte[] rest(byte[] hello) {
    int length = hello.length - 7;
    byte[] header = {22, 3, 1, (byte) (length >> 8), (byte) length};
    return concat(header, Arrays.copyOfRange(hello, 7, hello.length));
  }

  private static byte[] concat(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  private static long failures(ProxyUnderTest proxy, String why) {
    return Scrape.of(proxy.admin())
        .value("postern_tls_handshake_failures_total{listener=\"edge\",why=\"%s\"}".formatted(why));
  }

  /** The loop is held up until all of them have come and gone. */
  @Test
  void nothingIsComputedForAClientThatHasGone() {
    int many = 200;
    Gate gate = new Gate();
    try (ProxyUnderTest proxy = proxy("handshakesPerSource: {concurrent: 1}", "");
        LogLines held = LogLines.holding("io.postern.listener.HandshakeAdmission", gate);
        RawClient first = begun(proxy, "192.0.2.1", OTHER, "edge");
        RawClient shed = from(proxy, "192.0.2.1", OTHER, "edge").send(tls().hello())) {
      gate.awaitWaiting();
      IntStream.range(0, many)
          .forEach(
              i -> from(proxy, "192.0.2." + (i + 2), OTHER, "edge").send(tls().hello()).close());
      gate.open();
      assertThat(shed.awaitEnding()).isIn(Ending.CLOSED, Ending.RESET);
      Await.until("all are gone", () -> failures(proxy, "gone-before-turn") == many);
      assertThat(failures(proxy, "client-gone")).isZero();
      assertThat(held.all()).hasSize(1);
      first.close();
    }
  }
}
