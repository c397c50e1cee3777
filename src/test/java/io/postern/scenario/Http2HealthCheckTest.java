package io.postern.scenario;

import static io.postern.scenario.H2cPool.FIRST;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.pool.Server;
import io.postern.testkit.Field;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawH2Connection;
import io.postern.testkit.RawH2Server;
import io.postern.testkit.ScriptedServer;
import io.postern.testkit.ServerTls;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A check speaks what the pool speaks. */
class Http2HealthCheckTest {

  private static final long NO_ERROR = 0;
  private static final long INTERNAL_ERROR = 2;
  private static final long REFUSED_STREAM = 7;

  private static ProxyUnderTest proxy(String protocol, String tls, int port) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
        routes:
          - {name: all, pool: app}
        pools:
          app:
            protocol: %s
            %s
            servers: [{address: "localhost:%d"}]
            health: {active: {type: http, interval: 1h, timeout: 5s}}
        process: {eventLoops: 1}
        """
            .formatted(protocol, tls, port));
  }

  /** What the server that was checked is said to be down for; an empty text where it is up. */
  private static String checked(ProxyUnderTest proxy) {
    Server server = Checked.once(proxy).server("app", 0);
    assertThat(server.checksPassed() + server.checksFailed()).isOne();
    assertThat(server.isUp()).isEqualTo(server.state().reason().isEmpty());
    return server.state().reason();
  }

  @Test
  void asksByOneStreamAndLeavesInGoodOrder() {
    try (RawH2Server server = RawH2Server.start();
        ProxyUnderTest proxy = proxy("h2c", "", server.address().getPort())) {
      RawH2Connection connection = server.awaitConnection(0);
      RawH2Connection.Request check = connection.awaitRequest(0);
      assertThat(check.end()).isTrue();
      assertThat(check.fields().stream().map(Field::name).limit(4))
          .containsExactly(":method", ":scheme", ":authority", ":path");
      assertThat(check.values(":method")).containsExactly("GET");
      assertThat(check.values(":path")).containsExactly("/healthz");
      assertThat(check.values("connection")).isEmpty();
      connection.answer(FIRST, 200, "fine");
      assertThat(checked(proxy)).isEmpty();
      assertThat(connection.awaitGoAway()).isEqualTo(NO_ERROR);
      connection.awaitEnding();
      assertThat(connection.requests()).isOne();
    }
  }

  @ParameterizedTest
  @CsvSource({"h2,h2,HTTP/2", "auto,h2,HTTP/2", "auto,http/1.1,HTTP/1.1"})
  void asksAsTheHandshakeAgreed(String protocol, String taken, String version) {
    ServerTls tls = ServerTls.of(TlsPool.issued("localhost")).protocols(taken);
    try (ScriptedServer server = ScriptedServer.start(tls);
        ProxyUnderTest proxy = proxy(protocol, trusting(), server.port())) {
      assertThat(checked(proxy)).isEmpty();
      assertThat(server.awaitRequest(0).head().startLine()).isEqualTo("GET /healthz " + version);
    }
  }

  private static String trusting() {
    return "tls: {trust: %s}".formatted(TlsPool.TRUST);
  }

  @Test
  void aServerThatDoesNotAgreeIsDown() {
    ServerTls tls = ServerTls.of(TlsPool.issued("localhost")).protocols(new String[0]);
    try (ScriptedServer server = ScriptedServer.start(tls);
        ProxyUnderTest proxy = proxy("h2", trusting(), server.port())) {
      assertThat(checked(proxy)).isEqualTo("server-handshake: the server does not agree on h2");
      assertThat(server.requests()).isEmpty();
    }
  }

  private static String misbehaving(Consumer<RawH2Connection> server) {
    try (RawH2Server raw = RawH2Server.start();
        ProxyUnderTest proxy = proxy("h2c", "", raw.address().getPort())) {
      RawH2Connection connection = raw.awaitConnection(0);
      connection.awaitRequest(0);
      server.accept(connection);
      String reason = checked(proxy);
      connection.awaitEnding();
      return reason;
    }
  }

  @Test
  void aCheckThatIsNotAnsweredTakesItsServerDown() {
    assertThat(misbehaving(server -> server.reset(FIRST, REFUSED_STREAM)))
        .isEqualTo("stream-refused: RST_STREAM REFUSED_STREAM");
    assertThat(misbehaving(server -> server.reset(FIRST, INTERNAL_ERROR)))
        .isEqualTo("server-reset: RST_STREAM INTERNAL_ERROR");
    assertThat(misbehaving(server -> server.goAway(0, NO_ERROR)))
        .isEqualTo("server-leaving: GOAWAY NO_ERROR with the last stream 0");
    assertThat(misbehaving(RawH2Connection::abort)).startsWith("server-reset: ");
  }

  /** It has taken the check, so the rest of its connections are as good. */
  @Test
  void anAnswerBehindAGoawayIsOne() {
    assertThat(misbehaving(server -> server.goAway(FIRST, NO_ERROR).answer(FIRST, 200, "")))
        .isEmpty();
    assertThat(misbehaving(server -> server.goAway(FIRST, NO_ERROR).answer(FIRST, 500, "")))
        .isEqualTo("status 500");
  }
}
