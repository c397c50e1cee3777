package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.observe.ExchangeRecord;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.ClientTls;
import io.postern.testkit.Content;
import io.postern.testkit.Field;
import io.postern.testkit.Gate;
import io.postern.testkit.H2Client;
import io.postern.testkit.H2Frame;
import io.postern.testkit.H2Stream;
import io.postern.testkit.LogLines;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Response;
import io.postern.testkit.Scrape;
import io.postern.testkit.ScriptedServer;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A client of HTTP/2 that does without end what well-behaved ones seldom do is sent away, its
 * exchange with it; it is said once, counted, and nobody else notices.
 */
class Http2FloodTest {

  private static final long CANCEL = 8;
  private static final long ENHANCE_YOUR_CALM = 11;
  private static final int PADDED = 8;
  private static final long FRAME_SIZE_ERROR = 6;
  private static final int UNKNOWN = 0xBE;
  private static final String LARGEST = "\177\377\377\377";

  /** More than enough of each. */
  private static final int STEPS = 3000;

  /** One step of a flood, and what it is called. The client has a request under way. */
  enum Flood {
    PINGS("PING", (client, open) -> client.ping("whatever")),
    SETTINGS("SETTINGS", (client, open) -> client.settings()),
    WINDOW_UPDATES("WINDOW_UPDATE", (client, open) -> client.widen(1)),
    PRIORITIES(
        "PRIORITY",
        (client, open) -> client.frame(H2Frame.PRIORITY, 0, open.id() + 2, "\0\0\0\0\20")),
    UNKNOWN_FRAMES("OTHER_FRAME", (client, open) -> client.frame(UNKNOWN, 0, 0, "")),
    GOAWAYS("GOAWAY", (client, open) -> client.goAway(0, 0)),
    EMPTY_DATA("EMPTY_DATA", (client, open) -> client.frame(H2Frame.DATA, 0, open.id(), "")),
    PADDING("EMPTY_DATA", (client, open) -> client.frame(H2Frame.DATA, PADDED, open.id(), "\0")),
    CONTINUATIONS(
        "FRAGMENT",
        (client, open) -> {
          client.frame(H2Frame.HEADERS, 0, open.id() + 2, "");
          for (int i = 0; i < STEPS; i++) {
            client.frame(H2Frame.CONTINUATION, 0, open.id() + 2, "");
          }
        }),
    RAPID_RESETS("RESET", (client, open) -> client.get("localhost", "/").reset(CANCEL)),
    LATE_DATA(
        "LATE_FRAME",
        (client, open) -> {
          H2Stream over = client.start("POST", "localhost", "/");
          over.reset(CANCEL);
          for (int i = 0; i < STEPS; i++) {
            client.frame(H2Frame.DATA, 0, over.id(), "late");
          }
        }),
    NO_INCREMENT(
        "STREAM_ERROR",
        (client, open) ->
            client.frame(H2Frame.WINDOW_UPDATE, 0, client.get("localhost", "/").id(), "\0\0\0\0")),
    TOO_LARGE_A_WINDOW(
        "STREAM_ERROR",
        (client, open) ->
            client.frame(H2Frame.WINDOW_UPDATE, 0, client.get("localhost", "/").id(), LARGEST)),
    DATA_BEHIND_THE_END(
        "STREAM_ERROR",
        (client, open) -> client.frame(H2Frame.DATA, 0, client.get("localhost", "/").id(), "more")),
    HEADERS_BEHIND_THE_END(
        "STREAM_ERROR",
        (client, open) -> client.headers(client.get("localhost", "/").id(), true, List.of())),
    SHORT_PRIORITY(
        "STREAM_ERROR",
        (client, open) ->
            client.frame(H2Frame.PRIORITY, 0, client.get("localhost", "/").id(), "\0\0\0\0")),
    PRIORITY_OVER_ITSELF(
        "STREAM_ERROR",
        (client, open) -> {
          int id = client.get("localhost", "/").id();
          client.frame(H2Frame.PRIORITY, 0, id, H2Frame.int32(id) + "\20");
        }),
    WRONG_LENGTH(
        "STREAM_ERROR",
        (client, open) -> {
          List<Field> head = new ArrayList<>(H2Client.request("POST", "localhost", "/"));
          head.add(new Field("content-length", "9"));
          client.open(true, head);
        }),
    MALFORMED_HEADS(
        "STREAM_ERROR",
        (client, open) -> client.open(true, Field.list(":method", "GET", "Upper", "case"))),
    TRAILERS_THAT_GO_ON(
        "STREAM_ERROR",
        (client, open) ->
            client.headers(client.start("POST", "localhost", "/").id(), false, List.of()));

    private final String kind;
    private final BiConsumer<H2Client, H2Stream> step;

    Flood(String kind, BiConsumer<H2Client, H2Stream> step) {
      this.kind = kind;
      this.step = step;
    }

    private String label() {
      return kind.toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private static ProxyUnderTest proxy(ScriptedServer server) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge:
            bind: 127.0.0.1:0
            tls: {certificates: [@CERTIFICATES@]}
            limits: {connections: 1000, requestHead: 64KiB}
        routes:
          - {name: all, pool: app}
        pools:
          app:
            servers:
              - {address: "127.0.0.1:%d"}
        admin: {bind: 127.0.0.1:0}
        process: {eventLoops: 1}
        """
            .formatted(server.port()));
  }

  private static H2Client client(ProxyUnderTest proxy) {
    return H2Client.connect(
        proxy.address(), ClientTls.of(ProxyUnderTest.authority(), "localhost", "h2"));
  }

  @ParameterizedTest
  @EnumSource
  void whoeverFloodsIsSentAway(Flood flood) {
    Gate gate = new Gate();
    try (LogLines log = LogLines.of("io.postern.listener.Http2Reports");
        ScriptedServer server =
            ScriptedServer.start(new Hold(gate, new Respond(Response.of(200, "well"))));
        ProxyUnderTest proxy = proxy(server);
        H2Client good = client(proxy);
        H2Client bad = client(proxy)) {
      bad.awaitSettings();
      H2Stream open = bad.start("POST", "localhost", "/");
      H2Stream other = good.get("localhost", "/");
      server.awaitRequest(1);
      flood(flood, bad, open);
      bad.awaitEnding();
      assertThat(bad.goAways())
          .allSatisfy(
              told -> {
                assertThat(told.code()).isEqualTo(ENHANCE_YOUR_CALM);
                assertThat(told.debug()).contains(flood.kind);
              });
      misbehaved(proxy);
      gate.open();
      assertThat(other.answer().text()).isEqualTo("well");
      assertThat(log.await("sent away", 1)).singleElement().asString().contains(flood.kind);
      Scrape metrics = Scrape.of(proxy.admin());
      String labels = "{kind=\"" + flood.label() + "\",listener=\"edge\"}";
      assertThat(metrics.value("postern_clients_sent_away_total" + labels)).isOne();
      assertThat(metrics.value("postern_glitches_total" + labels)).isGreaterThan(90);
    }
  }

  private static void flood(Flood flood, H2Client bad, H2Stream open) {
    try {
      for (int i = 0; i < STEPS; i++) {
        flood.step.accept(bad, open);
      }
    } catch (UncheckedIOException closed) {
      // sent away in the middle of it
    }
  }

  private static void misbehaved(ProxyUnderTest proxy) {
    ExchangeRecord record = proxy.record();
    while (!Objects.requireNonNull(record.fault).reason().equals(Reason.CLIENT_MISBEHAVED)) {
      record = proxy.record(); // of those that ended by themselves
    }
    assertThat(record.terminationCode()).startsWith("C");
    assertThat(record.status).isEqualTo(499);
  }

  /** One error of the connection is enough, and leaves a trace where no exchange was there to. */
  @Test
  void whoeverBreaksTheRulesOfTheConnectionIsToldOf() {
    try (LogLines log = LogLines.of("io.postern.listener.Http2Reports");
        ScriptedServer server = ScriptedServer.start();
        ProxyUnderTest proxy = proxy(server);
        H2Client bad = client(proxy)) {
      bad.awaitSettings();
      bad.frame(H2Frame.SETTINGS, 0, 0, "\0\0\0\4\0");
      assertThat(bad.awaitGoAway().code()).isEqualTo(FRAME_SIZE_ERROR);
      bad.awaitEnding();
      assertThat(log.await("broke the rules", 1))
          .singleElement()
          .asString()
          .contains("127.0.0.1", "FRAME_SIZE_ERROR");
      String metric = "postern_http2_errors_total{listener=\"edge\"}";
      assertThat(Scrape.of(proxy.admin()).value(metric)).isOne();
      assertThat(proxy.hasNoRecord()).isTrue();
    }
  }

  /** Whoever splits a field block because it must fills the frames. */
  @Test
  void aHeadOfManyFramesIsNoFlood() {
    try (ScriptedServer server = ScriptedServer.start();
        ProxyUnderTest proxy = proxy(server);
        H2Client client = client(proxy)) {
      for (int i = 0; i < 200; i++) {
        H2Stream stream = client.start("GET", "localhost", "/", "large", "x".repeat(40_000));
        assertThat(stream.end().answer().status()).isEqualTo(200);
      }
    }
  }

  /**
   * As many WINDOW_UPDATEs as there are frames of content, and two PINGs for each, are no flood.
   */
  @Test
  void whoReadsMuchMaySayMuch() {
    Response large = Response.of(200, Content.ofSize(16 << 20));
    try (ScriptedServer server = ScriptedServer.start(new Respond(large));
        ProxyUnderTest proxy = proxy(server);
        H2Client client = client(proxy)) {
      H2Stream stream = client.get("localhost", "/");
      assertThat(stream.answer().content().isAllOf(Content.ofSize(16 << 20))).isTrue();
      client.ping("still on").awaitPing("still on");
    }
  }

  /** Whoever has a hundred requests served may take a hundred back, and so on. */
  @Test
  void whoIsServedMayTakeBackAsMuch() {
    try (ScriptedServer server = ScriptedServer.start();
        ProxyUnderTest proxy = proxy(server);
        H2Client client = client(proxy)) {
      for (int i = 0; i < 400; i++) {
        assertThat(client.get("localhost", "/").answer().status()).isEqualTo(200);
        client.get("localhost", "/").reset(CANCEL);
      }
      client.ping("still on").awaitPing("still on");
    }
  }
}
