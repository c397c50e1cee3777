package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.testkit.Behaviour.Custom;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Behaviour.Wire;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A server of HTTP/1.1 that does not come to an end harms the exchange that it serves, and no
 * other.
 */
class Http1ServerFloodTest {

  private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

  /** What it begins with, what it goes on with, and how the exchange ends. */
  enum Flood {
    HEADS_WITHOUT_END("HTTP/1.1 200 OK\r\n", "x: y\r\n", "PH"),
    LINES_WITHOUT_END("HTTP/1.1 200 ", "x", "PH"),
    INTERIM_HEADS("", "HTTP/1.1 100 Continue\r\n\r\n", "PH"),
    CHUNK_EXTENSIONS(CHUNKED, "1;x=" + "y".repeat(100) + "\r\nx\r\n", "PD"),
    CHUNK_LINES_WITHOUT_END(CHUNKED + "1;x=", "y", "PD"),
    TRAILERS_WITHOUT_END(CHUNKED + "1\r\nx\r\n0\r\n", "x: y\r\n", "PD");

    private final String begin;
    private final String more;
    private final String ending;

    Flood(String begin, String more, String ending) {
      this.begin = begin;
      this.more = more;
      this.ending = ending;
    }

    private void run(Wire wire) throws IOException {
      wire.send(begin);
      String many = more.repeat(1000);
      for (int i = 0; i < 10_000; i++) { // until it is sent away
        wire.send(many);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void itsExchangeEndsAndTheNextIsServed(Flood flood) {
    try (ScriptedServer server =
            ScriptedServer.start(
                new Custom((request, wire) -> flood.run(wire)),
                new Respond(Response.of(200, "well")));
        ProxyUnderTest proxy = ProxyUnderTest.to(server.address());
        Client client = Version.H2.connect(proxy)) {
      Call call = client.request("GET", "/");
      if (flood.ending.equals("PH")) {
        assertThat(call.answer().status()).isEqualTo(502);
      } else {
        call.awaitCut();
      }
      H2cPool.failed(proxy, Reason.BAD_RESPONSE, flood.ending);
      assertThat(proxy.server("app", 0).faults()).isOne();
      assertThat(client.get("/").text()).isEqualTo("well");
    }
  }
}
