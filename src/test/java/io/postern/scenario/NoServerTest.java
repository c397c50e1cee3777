package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.observe.ExchangeRecord;
import io.postern.testkit.Answer;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.ClosedPort;
import io.postern.testkit.Content;
import io.postern.testkit.FullPort;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** All servers are down: 503 at once, and nobody is tried. */
class NoServerTest {

  private static final String SLOWLY = "type: http, interval: 1h, timeout: 500ms";

  private static void assertNobodyTried(ProxyUnderTest proxy) {
    ExchangeRecord record = proxy.record();
    assertThat(record.status).isEqualTo(503);
    assertThat(record.fault).extracting(Fault::reason).isEqualTo(Reason.NO_SERVER);
    assertThat(record.terminationCode()).isEqualTo("RQ");
    assertThat(record.attempts).isZero();
    assertThat(record.server).isNull();
    assertThat(record.pool).isEqualTo("app");
    long took = record.finished - record.headComplete;
    assertThat(TimeUnit.NANOSECONDS.toMillis(took)).isLessThan(500);
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void isAnsweredAtOnce(Protocol protocol) {
    try (FullPort full = new FullPort();
        ClosedPort closed = new ClosedPort();
        ProxyUnderTest proxy =
            Checked.once(Checked.to(2, SLOWLY, full.address(), closed.address()));
        Caller client = protocol.connect(proxy)) {
      for (int i = 0; i < 3; i++) {
        Answer answer = client.get("/").answer();
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.text()).startsWith("no-server: no server is available");
        assertThat(answer.field("connection")).isEmpty();
        assertNobodyTried(proxy);
      }
      assertThat(proxy.server("app", 0).exchanges()).isZero();
      assertThat(proxy.server("app", 1).faults()).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(Protocol.class)
  void anUploadIsAnsweredAtOnce(Protocol protocol) {
    try (ClosedPort closed = new ClosedPort();
        ProxyUnderTest proxy = Checked.once(Checked.to(SLOWLY, closed.address()));
        Caller client = protocol.connect(proxy)) {
      assertThat(client.post("/", Content.ofSize(1000)).answer().status()).isEqualTo(503);
      assertNobodyTried(proxy);
    }
  }

  /**
   * The one server that is up refuses: that is the fault, and the one that is down is not tried.
   */
  @ParameterizedTest
  @EnumSource(Protocol.class)
  void theOneThatIsUpRefuses(Protocol protocol) {
    try (ScriptedServer ill = ScriptedServer.start(new Respond(Response.of(503, "")));
        ScriptedServer well = ScriptedServer.start();
        ProxyUnderTest proxy =
            Checked.once(
                Checked.to(
                    "type: http, interval: 1h, timeout: 5s", ill.address(), well.address()));
        Caller client = protocol.connect(proxy)) {
      well.refuse();
      assertThat(client.get("/").answer().status()).isEqualTo(503);
      ExchangeRecord record = Ended.badly(proxy, 503, "SC", Reason.SERVER_REFUSED);
      assertThat(record.attempts).isEqualTo(1);
      InetSocketAddress refusing = well.address();
      assertThat(record.server).isEqualTo(Ended.label(refusing));
      assertThat(ill.requests("/")).isEmpty();
    }
  }
}
