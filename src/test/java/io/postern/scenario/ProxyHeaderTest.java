package io.postern.scenario;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.http.DownstreamConnection;
import io.postern.testkit.Answer;
import io.postern.testkit.Await;
import io.postern.testkit.ClientTls;
import io.postern.testkit.H2Client;
import io.postern.testkit.Head;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.ProxyV2;
import io.postern.testkit.RawClient;
import io.postern.testkit.RawClient.Ending;
import io.postern.testkit.ScriptedServer;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** PROXY headers: who is believed, what is told of the client then, and who is closed. */
class ProxyHeaderTest {

  private static final String MEMBER = "127.0.0.1";
  private static final String STRANGER = "127.0.0.2";
  private static final byte[] HEADER =
      ProxyV2.aws(
          new InetSocketAddress("172.31.7.113", 51442),
          new InetSocketAddress("172.31.10.31", 8443),
          ProxyV2.VPCE);

  private final ScriptedServer server = ScriptedServer.start();

  @AfterEach
  void close() {
    server.close();
  }

  private ProxyUnderTest proxy(String mode, String timeouts) {
    return ProxyUnderTest.start(
        """
        loadBalancer: {sources: [127.0.0.1/32]}
        listeners:
          edge:
            bind: 127.0.0.1:0
            proxyProtocol: %s
            limits: {connections: 100}
            timeouts: {%s}
            tls: {certificates: [@CERTIFICATES@]}
          plain:
            bind: 127.0.0.1:0
            proxyProtocol: %s
            limits: {connections: 100}
            timeouts: {%s}
        routes: [{name: all, pool: app}]
        pools:
          app: {servers: [{address: "127.0.0.1:%d"}]}
        process: {eventLoops: 1}
        """
            .formatted(mode, timeouts, mode, timeouts, server.port()));
  }

  private static long counted(ProxyUnderTest proxy, String listener, String kind) {
    return requireNonNull(proxy.arrivals(listener).headers().get(kind), kind);
  }

  private static void awaitCount(ProxyUnderTest proxy, String kind, long count) {
    Await.until(kind, () -> counted(proxy, "plain", kind) == count);
  }

  private static ClientTls tls(Version version) {
    String alpn = version == Version.H1 ? "http/1.1" : "h2";
    return ClientTls.of(ProxyUnderTest.authority(), Version.HOST, alpn);
  }

  private static RawClient plain(ProxyUnderTest proxy) {
    return RawClient.connect(proxy.address("plain"));
  }

  /** A request, and its header if any, from an address. */
  private static String status(ProxyUnderTest proxy, String from, byte[] header) {
    try (RawClient client = RawClient.connectFrom(from, proxy.address("plain"))) {
      return "" + client.send(header).get("/", Version.HOST).status();
    } catch (UncheckedIOException closed) {
      return "closed";
    }
  }

  @ParameterizedTest
  @EnumSource
  void theClientIsWhoTheHeaderNames(Version version) {
    try (ProxyUnderTest proxy = proxy("required", "");
        RawClient client = RawClient.connect(proxy.address())) {
      client.send(HEADER).startTls(tls(version));
      Answer answer =
          version == Version.H1
              ? client.get("/", Version.HOST)
              : H2Client.over(client).get(Version.HOST, "/").answer();
      assertThat(answer.text()).isEqualTo("ok");
      isTold(server.awaitRequest(0).head());
      isLogged(proxy.record().connection);
      assertThat(counted(proxy, "edge", "v2")).isEqualTo(1);
    }
  }

  private static void isTold(Head head) {
    assertThat(head.field("x-forwarded-for")).isEqualTo("172.31.7.113");
    assertThat(head.field("x-forwarded-port")).isEqualTo("8443");
    assertThat(head.field("forwarded")).startsWith("for=172.31.7.113;");
  }

  private static void isLogged(DownstreamConnection connection) {
    assertThat(connection.clientIp().toString()).isEqualTo("172.31.7.113");
    assertThat(connection.client().getPort()).isEqualTo(51442);
    assertThat(String.valueOf(connection.vpce())).isEqualTo(ProxyV2.VPCE);
  }

  @Test
  void theSameInPlain() {
    try (ProxyUnderTest proxy = proxy("required", "");
        RawClient client = plain(proxy)) {
      assertThat(client.send(HEADER).get("/", Version.HOST).text()).isEqualTo("ok");
      assertThat(client.get("/again", Version.HOST).text()).isEqualTo("ok");
      isTold(server.awaitRequest(0).head());
      isTold(server.awaitRequest(1).head());
      isLogged(proxy.record().connection);
    }
  }

  @Test
  void headerAndRequestInOneSegment() {
    byte[] request =
        "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    byte[] both = Arrays.copyOf(HEADER, HEADER.length + request.length);
    System.arraycopy(request, 0, both, HEADER.length, request.length);
    try (ProxyUnderTest proxy = proxy("required", "");
        RawClient client = plain(proxy)) {
      assertThat(client.send(both).readAnswer().text()).isEqualTo("ok");
      isTold(server.awaitRequest(0).head());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 11, 12, 15, 16, 28, 50, 99})
  void aHeaderMayComeInPieces(int cut) {
    try (ProxyUnderTest proxy = proxy("required", "");
        RawClient client = RawClient.connect(proxy.address());
        RawClient other = plain(proxy)) {
      for (RawClient each : new RawClient[] {client, other}) {
        each.send(Arrays.copyOf(HEADER, cut));
        // What the loop has done in between shows that the piece was read by itself.
        assertThat(status(proxy, MEMBER, HEADER)).isEqualTo("200");
        each.send(Arrays.copyOfRange(HEADER, cut, HEADER.length));
      }
      assertThat(other.get("/", Version.HOST).status()).isEqualTo(200);
      client.startTls(tls(Version.H1));
      assertThat(client.get("/", Version.HOST).status()).isEqualTo(200);
      isTold(server.awaitRequest(2).head());
      isTold(server.awaitRequest(3).head());
    }
  }

  @Test
  void byteByByte() {
    try (ProxyUnderTest proxy = proxy("required", "");
        RawClient client = RawClient.connect(proxy.address())) {
      for (byte each : HEADER) {
        client.send(new byte[] {each});
      }
      client.startTls(tls(Version.H1));
      assertThat(client.get("/", Version.HOST).status()).isEqualTo(200);
      isTold(server.awaitRequest(0).head());
    }
  }

  @Test
  void aHeaderOfVersion1() {
    try (ProxyUnderTest proxy = proxy("required", "");
        RawClient client = RawClient.connect(proxy.address())) {
      client.send("PROXY TCP6 2001:db8::7 2001:db8::1 51442 8443\r\n").startTls(tls(Version.H1));
      assertThat(client.get("/", Version.HOST).status()).isEqualTo(200);
      Head head = server.awaitRequest(0).head();
      assertThat(head.field("x-forwarded-for")).isEqualTo("2001:db8:0:0:0:0:0:7");
      assertThat(head.field("x-forwarded-port")).isEqualTo("8443");
      assertThat(proxy.record().connection.vpce() == null).isTrue();
      assertThat(counted(proxy, "edge", "v1")).isEqualTo(1);
    }
  }

  @Test
  void aHeaderOfTheLoadBalancerItselfLeavesTheAddressesOfTheSocket() {
    try (ProxyUnderTest proxy = proxy("required", "");
        RawClient client = plain(proxy)) {
      assertThat(client.send(ProxyV2.awsCheck()).get("/", Version.HOST).status()).isEqualTo(200);
      Head head = server.awaitRequest(0).head();
      assertThat(head.field("x-forwarded-for")).isEqualTo("127.0.0.1");
      assertThat(head.field("x-forwarded-port")).isEqualTo("" + proxy.address("plain").getPort());
      DownstreamConnection connection = proxy.record().connection;
      assertThat(connection.client()).isEqualTo(client.local());
      assertThat(connection.vpce() == null).isTrue();
      assertThat(counted(proxy, "plain", "local")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "required, 127.0.0.1, true, 200, v2",
    "required, 127.0.0.1, false, closed, missing",
    "required, 127.0.0.2, true, closed, stranger",
    "required, 127.0.0.2, false, closed, stranger",
    "optional, 127.0.0.1, true, 200, v2",
    "optional, 127.0.0.1, false, 200, none",
    "optional, 127.0.0.2, true, closed, stranger",
    "optional, 127.0.0.2, false, 200, none",
    "none, 127.0.0.1, false, 200, ''",
    "none, 127.0.0.2, false, 200, ''",
    "none, 127.0.0.1, true, 400, ''"
  })
  void whoIsServed(String mode, String from, boolean header, String outcome, String counted) {
    try (ProxyUnderTest proxy = proxy(mode, "")) {
      assertThat(status(proxy, from, header ? HEADER : new byte[0])).isEqualTo(outcome);
      proxy
          .arrivals("plain")
          .headers()
          .forEach((kind, n) -> assertThat(n).as(kind).isEqualTo(kind.equals(counted) ? 1 : 0));
      if (outcome.equals("200")) {
        assertThat(proxy.record().connection.clientIp().toString())
            .isEqualTo(header ? "172.31.7.113" : from);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void withoutAHeaderTlsIsServedWhereItIsOptional(Version version) {
    try (ProxyUnderTest proxy = proxy("optional", "");
        Client client = version.connect(proxy)) {
      assertThat(client.get("/").status()).isEqualTo(200);
      assertThat(server.awaitRequest(0).head().field("x-forwarded-for")).isEqualTo("127.0.0.1");
      assertThat(counted(proxy, "edge", "none")).isEqualTo(1);
    }
  }

  /** The reading of the socket ends there, so that its own bytes are refused as what they are. */
  @Test
  void aSecondHeaderIsTheClients() {
    try (ProxyUnderTest proxy = proxy("required", "");
        RawClient inPlain = plain(proxy);
        RawClient overTls = RawClient.connect(proxy.address())) {
      assertThat(inPlain.send(HEADER).send(HEADER).readAnswer().status()).isEqualTo(400);
      overTls.send(HEADER).send(HEADER);
      Await.until("the end of the connection", () -> proxy.runtime().openConnections() == 0);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "wrong-checksum",
    "bad-vpce",
    "cut-tlv",
    "short-addresses",
    "too-long",
    "bad-line",
    "line-too-long"
  })
  void aBrokenHeaderCloses(String kind) {
    ProxyV2 header = ProxyV2.proxied("172.31.7.113", 51442, "172.31.10.31", 80);
    byte[] bytes =
        switch (kind) {
          case "wrong-checksum" -> header.wrongChecksum().bytes();
          case "bad-vpce" -> header.vpce("vpce-08d2\r\nx: y").bytes();
          case "cut-tlv" -> header.vpce(ProxyV2.VPCE).lengthOffBy(-1).bytes();
          case "short-addresses" -> header.lengthOffBy(-1).bytes();
          case "too-long" -> header.lengthOffBy(5000).bytes();
          case "bad-line" -> "PROXY TCP4 192.0.2.7\r\n".getBytes(StandardCharsets.US_ASCII);
          default -> "PROXY UNKNOWN ".concat("x".repeat(100)).getBytes(StandardCharsets.US_ASCII);
        };
    try (ProxyUnderTest proxy = proxy("required", "")) {
      assertThat(status(proxy, MEMBER, bytes)).isEqualTo("closed");
      assertThat(counted(proxy, "plain", kind)).isEqualTo(1);
      assertThat(proxy.hasNoRecord()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"required", "optional"})
  void aHeaderHasItsTime(String mode) {
    try (ProxyUnderTest proxy = proxy(mode, "proxyHeader: 200ms");
        RawClient silent = plain(proxy);
        RawClient half = plain(proxy)) {
      half.send(Arrays.copyOf(HEADER, 50));
      assertThat(silent.awaitEnding()).isEqualTo(Ending.CLOSED);
      assertThat(half.awaitEnding()).isEqualTo(Ending.CLOSED);
      awaitCount(proxy, "timeout", 2);
    }
  }

  /** The handshake has all of its own time, however long the header took. */
  @Test
  void theHandshakeBeginsBehindTheHeader() {
    try (ProxyUnderTest proxy = proxy("required", "proxyHeader: 10s, handshake: 1s");
        RawClient client = RawClient.connect(proxy.address());
        RawClient other = RawClient.connect(proxy.address())) {
      assertThat(other.send(HEADER).awaitEnding()).isEqualTo(Ending.CLOSED);
      client.send(HEADER).startTls(tls(Version.H1));
      assertThat(client.get("/", Version.HOST).status()).isEqualTo(200);
    }
  }

  @Test
  void whoEndsInTheMiddleOfAHeaderIsCounted() {
    try (ProxyUnderTest proxy = proxy("required", "");
        RawClient closing = plain(proxy);
        RawClient resetting = plain(proxy)) {
      closing.send(Arrays.copyOf(HEADER, 50)).halfClose();
      awaitCount(proxy, "cut-short", 1);
      resetting.send(Arrays.copyOf(HEADER, 50));
      // A reset takes what the loop has not read yet with it.
      assertThat(status(proxy, MEMBER, HEADER)).isEqualTo("200");
      resetting.reset();
      awaitCount(proxy, "cut-short", 2);
    }
  }

  @Test
  void aStrangerIsClosedBeforeHeSaysAnything() {
    try (ProxyUnderTest proxy = proxy("required", "");
        RawClient client = RawClient.connectFrom(STRANGER, proxy.address())) {
      assertThat(client.awaitEnding()).isEqualTo(Ending.CLOSED);
      assertThat(counted(proxy, "edge", "stranger")).isEqualTo(1);
    }
  }
}
