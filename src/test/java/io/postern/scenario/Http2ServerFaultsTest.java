package io.postern.scenario;

import static io.postern.scenario.H2cPool.FIRST;
import static io.postern.scenario.H2cPool.MAX_CONCURRENT_STREAMS;
import static io.postern.scenario.H2cPool.SECOND;
import static io.postern.scenario.H2cPool.failed;
import static io.postern.scenario.H2cPool.proxy;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.observe.ExchangeRecord;
import io.postern.testkit.Await;
import io.postern.testkit.H2Frame;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawH2Connection;
import io.postern.testkit.RawH2Server;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Servers that speak HTTP/2 and break its rules, or off. */
class Http2ServerFaultsTest {

  private static final long PROTOCOL_ERROR = 1;
  private static final long FLOW_CONTROL_ERROR = 3;
  private static final long INTERNAL_ERROR = 2;

  @ParameterizedTest
  @EnumSource(Version.class)
  void aServerThatNeverBeginsIsNotConnected(Version version) {
    try (RawH2Server server = RawH2Server.startSilent();
        ProxyUnderTest proxy = proxy(server);
        Client client = version.connect(proxy)) {
      assertThat(client.request("GET", "/").answer().status()).isEqualTo(503);
      failed(proxy, Reason.SERVER_HANDSHAKE, "SC");
      server.awaitConnection(0).awaitEnding();
      assertThat(proxy.server("app", 0).connections()).isZero();
    }
  }

  @Test
  void aServerOfAnotherProtocolIsNotConnected() {
    try (RawH2Server server = RawH2Server.startSilent();
        ProxyUnderTest proxy = proxy(server);
        Client client = Version.H2.connect(proxy)) {
      Call call = client.request("GET", "/");
      server.awaitConnection(0).write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
      assertThat(call.answer().status()).isEqualTo(503);
      ExchangeRecord record = failed(proxy, Reason.SERVER_HANDSHAKE, "SC");
      assertThat(Objects.requireNonNull(record.fault).detail()).contains("not SETTINGS");
    }
  }

  @Test
  void aServerThatAllowsNoStreamsIsNotConnected() {
    try (RawH2Server server = RawH2Server.start(MAX_CONCURRENT_STREAMS, 0);
        ProxyUnderTest proxy = proxy(server);
        Client client = Version.H2.connect(proxy)) {
      assertThat(client.request("GET", "/").answer().status()).isEqualTo(503);
      failed(proxy, Reason.SERVER_REFUSED, "SC");
      server.awaitConnection(0).awaitEnding();
      Await.until("given up", () -> proxy.server("app", 0).connections() == 0);
    }
  }

  @ParameterizedTest
  @CsvSource({"2,INTERNAL_ERROR", "0,NO_ERROR", "11,ENHANCE_YOUR_CALM", "99,99"})
  void aResetBeforeTheHeadIsTheServersFault(long code, String name) {
    try (RawH2Server server = RawH2Server.start();
        ProxyUnderTest proxy = proxy(server);
        Client client = Version.H2.connect(proxy)) {
      Call call = client.request("GET", "/");
      server.awaitConnection(0).awaitRequest(0);
      server.awaitConnection(0).reset(FIRST, code);
      assertThat(call.answer().status()).isEqualTo(502);
      ExchangeRecord record = failed(proxy, Reason.SERVER_RESET, "SH");
      assertThat(Objects.requireNonNull(record.fault).detail()).isEqualTo("RST_STREAM " + name);
      assertThat(proxy.server("app", 0).faults()).isEqualTo(1);
      Await.until("kept", () -> proxy.server("app", 0).idleConnections() == 1);
    }
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void aResetWithinTheContentCutsTheResponse(Version version) {
    try (RawH2Server server = RawH2Server.start();
        ProxyUnderTest proxy = proxy(server);
        Client client = version.connect(proxy)) {
      Call call = client.request("GET", "/");
      RawH2Connection connection = server.awaitConnection(0);
      connection.awaitRequest(0);
      connection.headers(FIRST, false, ":status", "200").data(FIRST, "part", false);
      call.head();
      connection.reset(FIRST, INTERNAL_ERROR);
      failed(proxy, Reason.SERVER_RESET, "SD");
      call.awaitCut();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "no status                | x-a 1",
        "a status twice           | :status 200 :status 200",
        "not a status             | :status 2x0",
        "a status out of range    | :status 099",
        "a pseudo-field late      | x-a 1 :status 200",
        "a pseudo-field of asking | :status 200 :path /",
        "a field of connections   | :status 200 connection close",
        "a transfer coding        | :status 200 transfer-encoding chunked",
        "a capital letter         | :status 200 X-A 1",
        "two lengths              | :status 200 content-length 1 content-length 1",
        "not a length             | :status 200 content-length 1x",
        "a 101                    | :status 101",
      })
  void aMalformedHeadEndsItsStreamAlone(String what, String fields) {
    try (RawH2Server server = RawH2Server.start();
        ProxyUnderTest proxy = proxy(server);
        Client client = Version.H2.connect(proxy)) {
      Call call = client.request("GET", "/bad");
      RawH2Connection connection = server.awaitConnection(0);
      connection.awaitRequest(0);
      Call other = client.request("GET", "/good");
      connection.awaitRequest(1);
      connection.headers(FIRST, false, fields.split(" "));
      assertThat(call.answer().status()).as(what).isEqualTo(502);
      failed(proxy, Reason.BAD_RESPONSE, "PH");
      assertThat(connection.awaitReset(FIRST)).isEqualTo(PROTOCOL_ERROR);
      connection.answer(SECOND, 200, "ok");
      assertThat(other.answer().status()).isEqualTo(200);
      Verdict.served(proxy, 200);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET,200,5,123456,false",
    "GET,200,5,1234,true",
    "GET,204,0,1,false",
    "HEAD,200,5,1,false"
  })
  void contentThatIsNotAsAnnouncedEndsItsStream(
      String method, int status, int length, String content, boolean end) {
    try (RawH2Server server = RawH2Server.start();
        ProxyUnderTest proxy = proxy(server);
        Client client = Version.H2.connect(proxy)) {
      client.request(method, "/");
      RawH2Connection connection = server.awaitConnection(0);
      connection.awaitRequest(0);
      connection.headers(FIRST, false, ":status", "" + status, "content-length", "" + length);
      connection.data(FIRST, content, end);
      failed(proxy, Reason.BAD_RESPONSE, length == 5 && method.equals("GET") ? "PD" : "PH");
      if (!end) {
        assertThat(connection.awaitReset(FIRST)).isEqualTo(PROTOCOL_ERROR);
      }
    }
  }

  @Test
  void aConnectionThatBreaksFailsItsOwnStreamsOnly() {
    try (RawH2Server server = RawH2Server.start(MAX_CONCURRENT_STREAMS, 2);
        ProxyUnderTest proxy = proxy(server);
        Client client = Version.H2.connect(proxy)) {
      List<Call> lost = List.of(client.request("POST", "/a"), client.request("POST", "/b"));
      RawH2Connection first = server.awaitConnection(0);
      first.awaitRequest(1);
      Call other = client.request("POST", "/c");
      RawH2Connection second = server.awaitConnection(1);
      second.awaitRequest(0);
      first.abort();
      lost.forEach(call -> assertThat(call.answer().status()).isEqualTo(502));
      second.answer(FIRST, 200, "ok");
      assertThat(other.answer().status()).isEqualTo(200);
      Await.until("one is left", () -> proxy.server("app", 0).connections() == 1);
      Await.until("no stream is left", () -> proxy.server("app", 0).streams() == 0);
    }
  }

  @Test
  void aServerThatBreaksTheProtocolIsToldSo() {
    try (RawH2Server server = RawH2Server.start();
        ProxyUnderTest proxy = proxy(server);
        Client client = Version.H2.connect(proxy)) {
      Call call = client.request("POST", "/");
      RawH2Connection connection = server.awaitConnection(0);
      connection.awaitRequest(0);
      connection.frame(H2Frame.SETTINGS, 0, 1, "");
      assertThat(call.answer().status()).isEqualTo(502);
      failed(proxy, Reason.BAD_RESPONSE, "PH");
      assertThat(connection.awaitGoAway()).isEqualTo(PROTOCOL_ERROR);
      connection.awaitEnding();
    }
  }

  @Test
  void aServerThatExceedsTheWindowOfAStreamIsRefused() {
    try (RawH2Server server = RawH2Server.start();
        ProxyUnderTest proxy = proxy(server);
        Client client = Version.H2.connectSlow(proxy)) {
      client.request("GET", "/");
      RawH2Connection connection = server.awaitConnection(0);
      connection.awaitRequest(0);
      connection.headers(FIRST, false, ":status", "200");
      String piece = "x".repeat(16 * 1024);
      for (int i = 0; i < 100; i++) {
        connection.data(FIRST, piece, false);
      }
      failed(proxy, Reason.BAD_RESPONSE, "PD");
      assertThat(connection.awaitReset(FIRST)).isEqualTo(FLOW_CONTROL_ERROR);
    }
  }
}
