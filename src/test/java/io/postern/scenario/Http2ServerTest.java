package io.postern.scenario;

import static io.postern.scenario.H2cPool.FIRST;
import static io.postern.scenario.H2cPool.MAX_CONCURRENT_STREAMS;
import static io.postern.scenario.H2cPool.SECOND;
import static io.postern.scenario.H2cPool.failed;
import static io.postern.scenario.H2cPool.proxy;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.pool.Server;
import io.postern.testkit.Answer;
import io.postern.testkit.Await;
import io.postern.testkit.Field;
import io.postern.testkit.H2Frame;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawH2Connection;
import io.postern.testkit.RawH2Server;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Servers that speak HTTP/2: how connections to them are shared, kept and left. */
class Http2ServerTest {

  private static final long REFUSED_STREAM = 7;
  private static final long CANCEL = 8;

  @ParameterizedTest
  @EnumSource(Version.class)
  void aRequestIsSentAsHttp2HasIt(Version version) {
    try (RawH2Server server = RawH2Server.start();
        ProxyUnderTest proxy = proxy(server);
        Client client = version.connect(proxy)) {
      Call call = client.start("POST", "/a?b=c", "te", "trailers", "content-length", "5");
      RawH2Connection connection = server.awaitConnection(0);
      RawH2Connection.Request request = connection.awaitRequest(0);
      assertThat(request.fields().stream().map(each -> each.name()).limit(5))
          .containsExactly(":method", ":scheme", ":authority", ":path", "content-length");
      assertThat(request.values(":scheme")).containsExactly("http");
      assertThat(request.values("te")).containsExactly("trailers");
      assertThat(request.values("connection")).isEmpty();
      call.send("12345").end();
      connection.awaitContent(request.id(), 5);
      connection.headers(request.id(), false, ":status", "200");
      connection.data(request.id(), "ok", false).headers(request.id(), true, "x-sum", "1");
      Answer answer = call.answer();
      assertThat(answer.text()).isEqualTo("ok");
      assertThat(answer.content().trailers()).containsExactly(new Field("x-sum", "1"));
      Verdict.served(proxy, 200);
    }
  }

  @Test
  void exchangesShareAConnectionAndWhatDoesNotFitOpensAnother() {
    try (RawH2Server server = RawH2Server.start(MAX_CONCURRENT_STREAMS, 2);
        ProxyUnderTest proxy = proxy(server);
        Client client = Version.H2.connect(proxy)) {
      List<Call> calls = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        calls.add(client.request("GET", "/" + i));
      }
      RawH2Connection first = server.awaitConnection(0);
      first.awaitRequest(1);
      server.awaitConnection(1).awaitRequest(0);
      Server counted = proxy.server("app", 0);
      Await.until("three streams", () -> counted.streams() == 3);
      assertThat(counted.connections()).isEqualTo(2);
      assertThat(server.connections()).isEqualTo(2);
      first.answer(FIRST, 200, "one").answer(SECOND, 200, "two");
      server.awaitConnection(1).answer(FIRST, 200, "three");
      calls.forEach(call -> assertThat(call.answer().status()).isEqualTo(200));
      Await.until("both idle", () -> counted.idleConnections() == 2 && counted.streams() == 0);
    }
  }

  @Test
  void thoseWhoWaitForAConnectionOpenOnlyOne() {
    try (RawH2Server server = RawH2Server.startSilent();
        ProxyUnderTest proxy = proxy(server);
        Client client = Version.H2.connect(proxy)) {
      List<Call> calls = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        calls.add(client.request("GET", "/" + i));
      }
      RawH2Connection connection = server.awaitConnection(0);
      Await.until("all wait", () -> proxy.server("app", 0).inFlight() == 20);
      connection.frame(H2Frame.SETTINGS, 0, 0, "");
      for (int i = 0; i < 20; i++) {
        connection.answer(connection.awaitRequest(i).id(), 200, "ok");
      }
      calls.forEach(call -> assertThat(call.answer().status()).isEqualTo(200));
      assertThat(server.connections()).isEqualTo(1);
    }
  }

  @Test
  void whatARefusingServerDidNotProcessIsAskedOfAnother() {
    try (RawH2Server refusing = RawH2Server.start();
        RawH2Server other = RawH2Server.start();
        ProxyUnderTest proxy = proxy(refusing, other);
        Client client = Version.H2.connect(proxy)) {
      Call call = client.request("POST", "/");
      refusing.awaitConnection(0).awaitRequest(0);
      refusing.awaitConnection(0).reset(FIRST, REFUSED_STREAM);
      other.awaitConnection(0).awaitRequest(0);
      other.awaitConnection(0).answer(FIRST, 200, "ok");
      assertThat(call.answer().status()).isEqualTo(200);
      assertThat(Verdict.served(proxy, 200).attempts).isEqualTo(2);
    }
  }

  @Test
  void aServerThatGoesOnLeavingIsGivenUpUnblamed() {
    try (RawH2Server server = RawH2Server.start();
        ProxyUnderTest proxy = proxy(server);
        Client client = Version.H2.connect(proxy)) {
      Call call = client.request("GET", "/");
      for (int i = 0; i < 3; i++) {
        server.awaitConnection(i).awaitRequest(0);
        server.awaitConnection(i).goAway(0, 0);
      }
      assertThat(call.answer().status()).isEqualTo(502);
      assertThat(failed(proxy, Reason.SERVER_LEAVING, "SH").attempts).isEqualTo(3);
      Verdict.requireNoCharge(proxy);
    }
  }

  @Test
  void aServerThatGoesOnRefusingIsBelieved() {
    try (RawH2Server server = RawH2Server.start();
        ProxyUnderTest proxy = proxy(server);
        Client client = Version.H2.connect(proxy)) {
      Call call = client.request("GET", "/");
      for (int i = 0; i < 3; i++) {
        server.awaitConnection(i).awaitRequest(0);
        server.awaitConnection(i).reset(FIRST, REFUSED_STREAM);
      }
      assertThat(call.answer().status()).isEqualTo(502);
      assertThat(failed(proxy, Reason.STREAM_REFUSED, "SH").attempts).isEqualTo(3);
    }
  }

  /** A server that leaves in good order has done nothing wrong. */
  @ParameterizedTest
  @CsvSource({"0,0", "11,1"})
  void afterGoawayTheRestIsAskedElsewhereAndWhatWasTakenIsFinished(long code, int faults) {
    try (RawH2Server server = RawH2Server.start();
        ProxyUnderTest proxy = proxy(server);
        Client client = Version.H2.connect(proxy)) {
      Call taken = client.request("GET", "/taken");
      RawH2Connection first = server.awaitConnection(0);
      first.awaitRequest(0);
      Call notTaken = client.request("POST", "/not-taken");
      first.awaitRequest(1);
      first.goAway(FIRST, code);
      RawH2Connection second = server.awaitConnection(1);
      second.awaitRequest(0);
      second.answer(FIRST, 201, "elsewhere");
      assertThat(notTaken.answer().status()).isEqualTo(201);
      first.answer(FIRST, 200, "finished");
      assertThat(taken.answer().status()).isEqualTo(200);
      first.awaitEnding();
      Server counted = proxy.server("app", 0);
      Await.until("the second alone is kept", () -> counted.connections() == 1);
      assertThat(counted.faults()).isEqualTo(faults);
    }
  }

  @ParameterizedTest
  @CsvSource({"HEAD,200", "GET,304", "GET,204"})
  void aResponseWithoutContentMayEndBehindItsHead(String method, int status) {
    try (RawH2Server server = RawH2Server.start();
        ProxyUnderTest proxy = proxy(server);
        Client client = Version.H1.connect(proxy)) {
      Call call = client.request(method, "/");
      RawH2Connection connection = server.awaitConnection(0);
      connection.awaitRequest(0);
      connection.headers(FIRST, false, ":status", "103", "link", "</a>");
      connection.headers(FIRST, false, ":status", "" + status, "etag", "x").data(FIRST, "", true);
      assertThat(call.answer().status()).isEqualTo(status);
      Verdict.served(proxy, status);
      Await.until("kept", () -> proxy.server("app", 0).idleConnections() == 1);
    }
  }

  /** The server has said all, and wants no more of the upload (RFC 9113 §8.1). */
  @ParameterizedTest
  @CsvSource({"H1,0", "H2,0", "H1,8", "H2,2"})
  void aResetBehindAWholeResponseTakesNothingBack(Version version, long code) {
    try (RawH2Server server = RawH2Server.start();
        ProxyUnderTest proxy = proxy(server);
        Client client = version.connect(proxy)) {
      Call call = client.start("POST", "/").send("some");
      RawH2Connection connection = server.awaitConnection(0);
      connection.awaitContent(FIRST, 4);
      connection.answer(FIRST, 200, "whole").reset(FIRST, code);
      assertThat(call.answer().text()).isEqualTo("whole");
      Verdict.served(proxy, 200);
      Verdict.requireNoCharge(proxy);
      Pair.awaitPool(proxy, 1);
    }
  }

  @Test
  void aRequestThatIsGivenUpIsCancelled() {
    try (RawH2Server server = RawH2Server.start();
        ProxyUnderTest proxy = proxy(server)) {
      try (Client client = Version.H2.connect(proxy)) {
        client.request("GET", "/");
        server.awaitConnection(0).awaitRequest(0);
      }
      assertThat(server.awaitConnection(0).awaitReset(FIRST)).isEqualTo(CANCEL);
      failed(proxy, Reason.CLIENT_GONE, "CH");
      assertThat(proxy.server("app", 0).faults()).isZero();
      Await.until("kept", () -> proxy.server("app", 0).idleConnections() == 1);
    }
  }

  @Test
  void anIdleConnectionThatDoesNotAnswerIsClosed() {
    try (RawH2Server server = RawH2Server.start();
        ProxyUnderTest proxy = proxy("ping: 1s", server);
        Client client = Version.H2.connect(proxy)) {
      Call call = client.request("GET", "/");
      RawH2Connection connection = server.awaitConnection(0);
      connection.awaitRequest(0);
      connection.answer(FIRST, 200, "ok");
      assertThat(call.answer().status()).isEqualTo(200);
      connection.awaitPing();
      connection.ignorePings();
      connection.awaitEnding();
      Await.until("it is gone", () -> proxy.server("app", 0).connections() == 0);
    }
  }

  @Test
  void anIdleConnectionIsClosedWithGoaway() {
    try (RawH2Server server = RawH2Server.start();
        ProxyUnderTest proxy = proxy("idle: 100ms", server);
        Client client = Version.H2.connect(proxy)) {
      Call call = client.request("GET", "/");
      RawH2Connection connection = server.awaitConnection(0);
      connection.awaitRequest(0);
      connection.answer(FIRST, 200, "ok");
      assertThat(call.answer().status()).isEqualTo(200);
      assertThat(connection.awaitGoAway()).isZero();
      connection.awaitEnding();
    }
  }
}
