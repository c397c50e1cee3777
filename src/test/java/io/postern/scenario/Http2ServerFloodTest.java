package io.postern.scenario;

import static io.postern.scenario.H2cPool.FIRST;
import static io.postern.scenario.H2cPool.failed;
import static io.postern.scenario.H2cPool.proxy;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.testkit.Field;
import io.postern.testkit.H2Frame;
import io.postern.testkit.LogLines;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawH2Connection;
import io.postern.testkit.RawH2Server;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A server of HTTP/2 that floods harms the exchanges on that connection, and nothing else. */
class Http2ServerFloodTest {

  /** More than enough of each. */
  private static final int STEPS = 3000;

  /** One step of a flood, where a request is under way. */
  enum Flood {
    PINGS(server -> server.frame(H2Frame.PING, 0, 0, "whatever")),
    ANSWERS_TO_PING(server -> server.frame(H2Frame.PING, H2Frame.ACK, 0, "whatever")),
    SETTINGS(server -> server.frame(H2Frame.SETTINGS, 0, 0, "")),
    WINDOW_UPDATES(server -> server.widen(0, 1)),
    PRIORITIES(server -> server.frame(H2Frame.PRIORITY, 0, FIRST, "\0\0\0\0\20")),
    UNKNOWN_FRAMES(server -> server.frame(0xBE, 0, 0, "")),
    GOAWAYS(server -> server.goAway(FIRST, 0)),
    RESETS_OF_NOTHING(server -> server.reset(1, 0)),
    LATE_HEADS(server -> server.headers(1, true, ":status", "200")),
    CONTINUATIONS(
        server -> {
          server.frame(H2Frame.HEADERS, 0, FIRST, "");
          for (int i = 0; i < STEPS; i++) {
            server.frame(H2Frame.CONTINUATION, 0, FIRST, "");
          }
        }),
    EMPTY_DATA(
        server -> {
          server.headers(FIRST, false, ":status", "200");
          for (int i = 0; i < STEPS; i++) {
            server.data(FIRST, "", false);
          }
        }),
    PROMISES(
        server ->
            server.frame(
                H2Frame.PUSH_PROMISE,
                H2Frame.END_HEADERS,
                FIRST,
                H2Frame.int32(2) + H2Frame.fieldBlock(Field.list(":method", "GET")))),
    NO_INCREMENT(server -> server.widen(0, 0)),
    TOO_LARGE_A_WINDOW(server -> server.widen(0, Integer.MAX_VALUE)),
    ENDLESS_HEADS(
        server -> {
          server.frame(H2Frame.HEADERS, 0, FIRST, "x".repeat(16 * 1024));
          for (int i = 0; i < STEPS; i++) {
            server.frame(H2Frame.CONTINUATION, 0, FIRST, "x".repeat(16 * 1024));
          }
        });

    private final Consumer<RawH2Connection> step;

    Flood(Consumer<RawH2Connection> step) {
      this.step = step;
    }
  }

  @ParameterizedTest
  @EnumSource
  void itsExchangeEndsAndTheNextIsServed(Flood flood) {
    try (RawH2Server server = RawH2Server.start();
        ProxyUnderTest proxy = proxy(server);
        Client client = Version.H2.connect(proxy)) {
      Call call = client.request("GET", "/");
      RawH2Connection bad = server.awaitConnection(0);
      bad.awaitRequest(0);
      flood(flood, bad);
      bad.awaitEnding();
      if (flood == Flood.EMPTY_DATA) {
        call.awaitCut();
        failed(proxy, Reason.BAD_RESPONSE, "PD");
      } else {
        assertThat(call.answer().status()).isEqualTo(502);
        failed(proxy, Reason.BAD_RESPONSE, "PH");
      }
      assertThat(proxy.server("app", 0).faults()).isOne();
      Call next = client.request("GET", "/");
      server.awaitConnection(1).awaitRequest(0);
      server.awaitConnection(1).answer(FIRST, 200, "well");
      assertThat(next.answer().text()).isEqualTo("well");
    }
  }

  private static void flood(Flood flood, RawH2Connection server) {
    try {
      for (int i = 0; i < STEPS; i++) {
        flood.step.accept(server);
      }
    } catch (UncheckedIOException closed) {
      // sent away in the middle of it
    }
  }

  @Test
  void itIsSaidOnceAndCounted() {
    try (LogLines log = LogLines.of("io.postern.upstream.ServerConnections");
        RawH2Server server = RawH2Server.start();
        ProxyUnderTest proxy = proxy(server);
        Client client = Version.H2.connect(proxy)) {
      for (int i = 0; i < 3; i++) {
        Call call = client.request("GET", "/");
        server.awaitConnection(i).awaitRequest(0);
        flood(Flood.PINGS, server.awaitConnection(i));
        assertThat(call.answer().status()).isEqualTo(502);
        assertThat(Objects.requireNonNull(proxy.record().fault).detail()).contains("PING");
      }
      assertThat(proxy.server("app", 0).timesSentAway()).isEqualTo(3);
      assertThat(log.about("too many glitches")).hasSize(1);
    }
  }
}
