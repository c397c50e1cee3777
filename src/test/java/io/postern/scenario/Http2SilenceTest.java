package io.postern.scenario;

import static io.postern.scenario.H2cPool.FIRST;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.observe.ExchangeRecord;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawH2Connection;
import io.postern.testkit.RawH2Server;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A server that says nothing more: the first exchange that is given up makes its connection
 * doubtful, and the answer to a PING decides what becomes of the others.
 */
class Http2SilenceTest {

  private final RawH2Server server = RawH2Server.start();

  /** One route waits a little longer than a server may be silent, the other much longer. */
  private final ProxyUnderTest proxy =
      ProxyUnderTest.start(
          """
          listeners:
            edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
          routes:
            - {name: short, match: {path: [/short]}, pool: app, timeouts: {response: 2100ms}}
            - {name: long, pool: app}
          pools:
            app: {protocol: h2c, servers: [{address: "127.0.0.1:%d"}]}
          process: {eventLoops: 1}
          """
              .formatted(server.address().getPort()));

  private final Client client = Version.H2.connect(proxy);

  @SuppressWarnings("NullAway.Init") // set before each test
  private RawH2Connection silent;

  /** The connection has served, so that what is lost on it may be sent again. */
  @BeforeEach
  void serveOne() {
    Call served = client.request("GET", "/");
    silent = server.awaitConnection(0).ignorePings();
    silent.awaitRequest(0);
    silent.answer(FIRST, 200, "ok");
    assertThat(served.answer().status()).isEqualTo(200);
    Verdict.served(proxy, 200);
  }

  private void giveUpOne() {
    Call given = client.request("GET", "/short");
    assertThat(given.answer().status()).isEqualTo(504);
    Ended.badly(proxy, 504, "sH", Reason.RESPONSE_TIMEOUT);
    silent.awaitPing();
  }

  @AfterEach
  void close() {
    client.close();
    proxy.close();
    server.close();
  }

  @Test
  void whereItDoesNotAnswerItsConnectionIsGivenUp() {
    Call safe = client.request("GET", "/long");
    silent.awaitRequest(1);
    Call unsafe = client.request("POST", "/long");
    silent.awaitRequest(2);
    giveUpOne();
    Call next = client.request("GET", "/long");
    RawH2Connection another = server.awaitConnection(1);
    another.awaitRequest(0);

    assertThat(unsafe.answer().status()).isEqualTo(502);
    Fault fault = Ended.badly(proxy, 502, "SH", Reason.SERVER_RESET).fault;
    assertThat(Objects.requireNonNull(fault).detail()).isEqualTo("no answer to PING");
    silent.awaitEnding();

    another.answer(FIRST, 200, "next");
    assertThat(next.answer().text()).isEqualTo("next");
    RawH2Connection fresh = server.awaitConnection(2); // what is sent again takes no chances
    fresh.awaitRequest(0);
    fresh.answer(FIRST, 200, "again");
    assertThat(safe.answer().text()).isEqualTo("again");
    ExchangeRecord first = Verdict.served(proxy, 200);
    ExchangeRecord second = Verdict.served(proxy, 200);
    assertThat(first.attempts + second.attempts).isEqualTo(3);
    assertThat(proxy.server("app", 0).faults()).isEqualTo(2);
    Pair.awaitPool(proxy, 2);
  }

  @Test
  void whereItAnswersItIsAskedAgain() {
    Call other = client.request("GET", "/long");
    silent.awaitRequest(1);
    giveUpOne();
    silent.answerPing();
    int otherId = silent.awaitRequest(1).id();
    silent.answer(otherId, 200, "late");
    assertThat(other.answer().text()).isEqualTo("late");
    Verdict.served(proxy, 200);
    Call next = client.request("GET", "/long");
    silent.answer(silent.awaitRequest(3).id(), 200, "next");
    assertThat(next.answer().text()).isEqualTo("next");
    Verdict.served(proxy, 200);
    assertThat(server.connections()).isOne();
    assertThat(proxy.server("app", 0).faults()).isOne();
    Pair.awaitPool(proxy, 1);
  }
}
