package io.postern.scenario;

import static io.postern.scenario.H2cPool.FIRST;
import static io.postern.scenario.H2cPool.failed;
import static io.postern.scenario.H2cPool.proxy;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.testkit.Answer;
import io.postern.testkit.Field;
import io.postern.testkit.H2Client;
import io.postern.testkit.H2Frame;
import io.postern.testkit.H2Stream;
import io.postern.testkit.Head;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.RawH2Connection;
import io.postern.testkit.RawH2Server;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** WebSocket asked of servers that speak HTTP/2 (RFC 8441), frame by frame. */
class Http2TunnelTest {

  private static final long ENABLE_CONNECT_PROTOCOL = 8;
  private static final long PROTOCOL_ERROR = 1;
  private static final long CANCEL = 8;

  private static RawH2Server start() {
    return RawH2Server.start(ENABLE_CONNECT_PROTOCOL, 1);
  }

  /** The server's connection, when the tunnel was asked for on it. */
  private static RawH2Connection asked(RawH2Server server) {
    RawH2Connection connection = server.awaitConnection(0);
    connection.awaitRequest(0);
    return connection;
  }

  private static void requireExtendedConnect(RawH2Connection.Request request) {
    assertThat(request.end()).isFalse();
    assertThat(request.fields().stream().map(Field::name).limit(5))
        .containsExactly(":method", ":protocol", ":scheme", ":authority", ":path");
    assertThat(request.values(":method")).containsExactly("CONNECT");
    assertThat(request.values(":protocol")).containsExactly("websocket");
    assertThat(request.values(":path")).containsExactly("/ws");
    assertThat(request.values("sec-websocket-version")).containsExactly("13");
    assertThat(request.fields().stream().map(Field::name))
        .doesNotContain("sec-websocket-key", "content-length", "connection", "upgrade", "host");
  }

  @Test
  void aClientOfHttp1GetsTheProofThatItsKeyDemands() {
    try (RawH2Server server = start();
        ProxyUnderTest proxy = proxy(server);
        RawClient client = Version.h1(proxy)) {
      client.send(TunnelClient.request("/ws") + "early");
      RawH2Connection connection = asked(server);
      requireExtendedConnect(connection.awaitRequest(0));
      assertThat(connection.received(FIRST)).isZero();
      // A length in the head of a tunnel means nothing (RFC 9110 §9.3.6).
      String[] fields = {":status", "204", "content-length", "5", "sec-websocket-accept", "wrong"};
      connection.headers(FIRST, false, fields).data(FIRST, "hello", false);
      Head head = client.readHead();
      assertThat(head.status()).isEqualTo(101);
      assertThat(head.values("connection")).containsExactly("upgrade");
      assertThat(head.values("upgrade")).containsExactly("websocket");
      assertThat(head.values("content-length")).isEmpty();
      assertThat(head.values("sec-websocket-accept"))
          .containsExactly(TunnelClient.accept(TunnelClient.KEY));
      assertThat(client.read(5)).isEqualTo("hello");
      connection.awaitContent(FIRST, 5);
      connection.data(FIRST, "", true);
      assertThat(client.awaitEnding()).isEqualTo(RawClient.Ending.CLOSED);
      assertThat(proxy.record().terminationCode()).isEqualTo("S-");
    }
  }

  @Test
  void aClientOfHttp2HasNoKeyAndEachSideEndsByItself() {
    try (RawH2Server server = start();
        ProxyUnderTest proxy = proxy(server);
        H2Client client = Version.h2(proxy)) {
      H2Stream stream =
          client.open(false, TunnelClient.extendedConnect("/ws", "sec-websocket-key", "theirs"));
      RawH2Connection connection = asked(server);
      requireExtendedConnect(connection.awaitRequest(0));
      connection.headers(FIRST, false, ":status", "200", "sec-websocket-accept", "wrong");
      assertThat(stream.awaitHead().status()).isEqualTo(200);
      assertThat(Field.values(stream.awaitHead().fields(), "sec-websocket-accept")).isEmpty();
      connection.data(FIRST, "bye", true);
      assertThat(stream.answer().text()).isEqualTo("bye");
      stream.data("still here", true);
      connection.awaitContent(FIRST, 10);
      assertThat(proxy.record().terminationCode()).isEqualTo("S-");
    }
  }

  @Test
  void aClientThatGoesWhenBothSidesHaveEndedBreaksNothingOff() {
    try (RawH2Server server = start();
        ProxyUnderTest proxy = proxy(server);
        H2Client client = Version.h2(proxy, 4, 5).givesBack(false)) {
      H2Stream stream = client.open(false, TunnelClient.extendedConnect("/ws"));
      RawH2Connection connection = asked(server);
      connection.headers(FIRST, false, ":status", "200").data(FIRST, "more than 5", true);
      stream.awaitReceived(5); // and the end waits behind the rest
      stream.data("bye", true);
      connection.awaitContent(FIRST, 3);
      client.connection().close();
      assertThat(proxy.record().terminationCode()).isEqualTo("S-");
      assertThat(proxy.server("app", 0).faults()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aHeadThatEndsTheStreamIsTheEndOfTheServersDirection(Version version) {
    try (RawH2Server server = start();
        ProxyUnderTest proxy = proxy(server);
        TunnelClient client = TunnelClient.ask(version, proxy, "/ws")) {
      asked(server).headers(FIRST, true, ":status", "200");
      assertThat(client.isOpened()).isTrue();
      client.awaitEnd();
      assertThat(proxy.record().terminationCode()).isEqualTo("S-");
      assertThat(proxy.server("app", 0).faults()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRefusalIsAnOrdinaryResponseAndEndsTheRequest(Version version) {
    try (RawH2Server server = start();
        ProxyUnderTest proxy = proxy(server);
        Client client = version.connect(proxy)) {
      RawH2Connection connection = refuse(server, proxy, version);
      assertThat(connection.awaitFrame(H2Frame.DATA, FIRST).has(H2Frame.END_STREAM)).isTrue();
      Verdict.served(proxy, 403);
      Call next = client.request("GET", "/next");
      connection.awaitRequest(1);
      connection.answer(H2cPool.SECOND, 200, "ok");
      assertThat(next.answer().status()).isEqualTo(200);
      Verdict.served(proxy, 200);
      assertThat(proxy.server("app", 0).connections()).isOne();
    }
  }

  /** Asks, refuses, and reads the refusal; the connection to the server. */
  private static RawH2Connection refuse(RawH2Server server, ProxyUnderTest proxy, Version version) {
    String[] head = {":status", "403", "content-length", "7"};
    if (version == Version.H1) {
      try (RawClient client = Version.h1(proxy).send(TunnelClient.request("/ws"))) {
        RawH2Connection connection = asked(server).headers(FIRST, false, head);
        connection.data(FIRST, "not you", true);
        requireRefusal(client.readAnswer());
        return connection;
      }
    }
    try (H2Client client = Version.h2(proxy)) {
      H2Stream stream = client.open(false, TunnelClient.extendedConnect("/ws"));
      RawH2Connection connection = asked(server).headers(FIRST, false, head);
      connection.data(FIRST, "not you", true);
      requireRefusal(stream.answer());
      return connection;
    }
  }

  private static void requireRefusal(Answer answer) {
    assertThat(answer.status()).isEqualTo(403);
    assertThat(answer.text()).isEqualTo("not you");
  }

  @ParameterizedTest
  @CsvSource({"H1,", "H2,", "H1,0", "H2,0"})
  void aServerThatDoesNotAllowItIsNotAsked(Version version, Long setting) {
    long[] settings = setting == null ? new long[0] : new long[] {ENABLE_CONNECT_PROTOCOL, setting};
    try (RawH2Server server = RawH2Server.start(settings);
        ProxyUnderTest proxy = proxy(server);
        Client next = version.connect(proxy);
        TunnelClient client = TunnelClient.ask(version, proxy, "/ws")) {
      assertThat(client.isOpened()).isFalse();
      assertThat(failed(proxy, Reason.UPGRADE_UNSUPPORTED, "SH").status).isEqualTo(501);
      assertThat(proxy.server("app", 0).faults()).isZero();
      Pair.awaitPool(proxy, 1);
      Call call = next.request("GET", "/");
      RawH2Connection connection = server.awaitConnection(0);
      int id = connection.awaitRequest(0).id();
      connection.answer(id, 200, "ok");
      assertThat(call.answer().text()).isEqualTo("ok");
      assertThat(connection.requests()).isOne();
    }
  }

  @ParameterizedTest
  @EnumSource
  void anotherServerIsAskedInItsPlace(Version version) {
    try (RawH2Server without = RawH2Server.start();
        RawH2Server with = start();
        ProxyUnderTest proxy = proxy(without, with);
        TunnelClient client = TunnelClient.ask(version, proxy, "/ws")) {
      asked(with).headers(FIRST, false, ":status", "200");
      assertThat(client.isOpened()).isTrue();
      client.reset();
      assertThat(Ended.badly(proxy, 101, "CD", Reason.CLIENT_GONE).attempts).isEqualTo(2);
      assertThat(without.awaitConnection(0).requests()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"POST,websocket", "GET,spdy/3.1"})
  void whatNoExtendedConnectCanSayIsNotAsked(String method, String protocol) {
    try (RawH2Server server = start();
        ProxyUnderTest proxy = letting(protocol, server);
        RawClient client = Version.h1(proxy)) {
      client.send(
          "%s / HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: %s\r\n\r\n"
              .formatted(method, protocol));
      Answer answer = client.readAnswer();
      assertThat(answer.status()).isEqualTo(501);
      assertThat(answer.text()).startsWith("upgrade-unsupported: ");
      failed(proxy, Reason.UPGRADE_UNSUPPORTED, "SH");
      assertThat(server.awaitConnection(0).requests()).isZero();
    }
  }

  /** The server would be asked without it, so it is for the proxy to miss it (RFC 6455 §4.2.1). */
  @ParameterizedTest
  @ValueSource(strings = {"", "Sec-WebSocket-Key: c2hvcnQ=\r\n"})
  void aClientOfHttp1WithoutAKeyIsRefused(String key) {
    try (RawH2Server server = start();
        ProxyUnderTest proxy = proxy(server);
        RawClient client = Version.h1(proxy)) {
      String with = "Sec-WebSocket-Key: " + TunnelClient.KEY + "\r\n";
      client.send(TunnelClient.request("/ws").replace(with, key));
      assertThat(client.readAnswer().status()).isEqualTo(400);
      failed(proxy, Reason.MALFORMED_REQUEST, "PH");
      assertThat(server.awaitConnection(0).requests()).isZero();
      assertThat(proxy.server("app", 0).faults()).isZero();
    }
  }

  private static ProxyUnderTest letting(String protocol, RawH2Server server) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
        routes:
          - {name: all, pool: app, upgrades: [%s]}
        pools:
          app: {protocol: h2c, servers: [{address: "127.0.0.1:%d"}]}
        process: {eventLoops: 1}
        """
            .formatted(protocol, server.address().getPort()));
  }

  @ParameterizedTest
  @EnumSource
  void a101IsMalformedHereToo(Version version) {
    try (RawH2Server server = start();
        ProxyUnderTest proxy = proxy(server);
        TunnelClient client = TunnelClient.ask(version, proxy, "/ws")) {
      RawH2Connection connection = asked(server);
      connection.headers(FIRST, false, ":status", "101");
      assertThat(client.isOpened()).isFalse();
      failed(proxy, Reason.BAD_RESPONSE, "PH");
      assertThat(connection.awaitReset(FIRST)).isEqualTo(PROTOCOL_ERROR);
    }
  }

  @Test
  void fieldsInATunnelBreakIt() {
    try (RawH2Server server = start();
        ProxyUnderTest proxy = proxy(server);
        TunnelClient client = TunnelClient.ask(Version.H2, proxy, "/ws")) {
      RawH2Connection connection = asked(server).headers(FIRST, false, ":status", "200");
      assertThat(client.isOpened()).isTrue();
      connection.headers(FIRST, true, "a", "b");
      failed(proxy, Reason.BAD_RESPONSE, "PD");
      client.awaitBreak();
      assertThat(connection.awaitReset(FIRST)).isEqualTo(PROTOCOL_ERROR);
    }
  }

  /** It has nothing to lose any more, and so is not blamed. */
  @ParameterizedTest
  @ValueSource(longs = {0, 8})
  void aServerThatHasEndedItMayResetWhatIsLeft(long code) {
    try (RawH2Server server = start();
        ProxyUnderTest proxy = proxy(server);
        TunnelClient client = TunnelClient.ask(Version.H2, proxy, "/ws")) {
      RawH2Connection connection = asked(server).headers(FIRST, false, ":status", "200");
      assertThat(client.isOpened()).isTrue();
      connection.data(FIRST, "", true).reset(FIRST, code);
      assertThat(proxy.record().terminationCode()).isEqualTo("S-");
      assertThat(proxy.server("app", 0).faults()).isZero();
    }
  }

  /** TLS has no half-close: when the client of HTTP/1.1 is gone, nobody waits for the server. */
  @Test
  void aServerThatDoesNotEndItIsGivenUpWhenItHasAll() {
    try (RawH2Server server = start();
        ProxyUnderTest proxy = proxy(server);
        TunnelClient client = TunnelClient.ask(Version.H1, proxy, "/ws")) {
      RawH2Connection connection = asked(server).headers(FIRST, false, ":status", "200");
      assertThat(client.isOpened()).isTrue();
      client.send("x".repeat(100_000)).end();
      connection.awaitContent(FIRST, 60_000);
      connection.widen(0, 1 << 20).widen(FIRST, 1 << 20);
      assertThat(proxy.record().terminationCode()).isEqualTo("C-");
      connection.awaitContent(FIRST, 100_000);
      assertThat(connection.awaitReset(FIRST)).isEqualTo(CANCEL);
      Pair.awaitPool(proxy, 1);
    }
  }
}
