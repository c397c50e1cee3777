package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.ClientTls;
import io.postern.testkit.Gate;
import io.postern.testkit.H2Client;
import io.postern.testkit.H2Stream;
import io.postern.testkit.PosternProcess;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.RawClient.Ending;
import io.postern.testkit.Response;
import io.postern.testkit.Scrape;
import io.postern.testkit.ScriptedServer;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process with few descriptors and many clients: who is idle goes, and who is served stays. */
class FewDescriptorsTest {

  private static final int MANY = 90;

  private static final String CLOSED =
      "postern_overload_closed_total{kind=\"client-idle\",resource=\"connections\"}";

  private final ScriptedServer server = ScriptedServer.start();
  private final List<AutoCloseable> clients = new ArrayList<>();

  @TempDir private Path directory;

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : clients) {
      each.close();
    }
    server.close();
  }

  private PosternProcess start(int descriptors) {
    String config =
        ProxyUnderTest.write(
            """
            listeners:
              edge: {bind: "127.0.0.1:0", tls: {certificates: [@CERTIFICATES@]}}
              plain: {bind: "127.0.0.1:0"}
            routes: [{name: all, pool: app}]
            pools: {app: {servers: [{address: "127.0.0.1:%d"}]}}
            admin: {bind: "127.0.0.1:0"}
            process: {eventLoops: 1}
            """
                .formatted(server.port()),
            directory);
    List<String> few = List.of("sh", "-c", "ulimit -n " + descriptors + " && exec \"$@\"", "sh");
    return PosternProcess.start(few, Map.of(), "run", "-c", config);
  }

  private static long value(PosternProcess postern, String series) {
    return Scrape.of(postern.awaitListener("admin")).value(series);
  }

  /** A client that is served, if not the first time then later, for others have to go first. */
  private <T extends AutoCloseable> T served(Supplier<T> connect) {
    AtomicReference<@Nullable T> served = new AtomicReference<>();
    Await.until(
        "a client is served",
        () -> {
          try {
            served.set(connect.get());
            return true;
          } catch (UncheckedIOException | AssertionError refused) {
            return false;
          }
        });
    T client = Objects.requireNonNull(served.get());
    clients.add(client);
    return client;
  }

  private static RawClient overH1(PosternProcess postern) {
    RawClient client = RawClient.connect(postern.awaitListener("plain"));
    try {
      assertThat(client.get("/", "localhost").status()).isEqualTo(200);
      return client;
    } catch (UncheckedIOException refused) {
      client.close();
      throw refused;
    }
  }

  private static H2Client overH2(PosternProcess postern) {
    ClientTls tls = ClientTls.of(ProxyUnderTest.authority(), "localhost", "h2");
    H2Client client = H2Client.connect(postern.awaitListener("edge"), tls);
    try {
      assertThat(client.get("localhost", "/").answer().status()).isEqualTo(200);
      return client;
    } catch (UncheckedIOException | AssertionError refused) {
      client.close();
      throw refused;
    }
  }

  @Test
  void idleClientsMakeRoomForOthers() {
    server.on("/ws", TunnelTest.echo());
    try (PosternProcess postern = start(256);
        RawClient upload = RawClient.connect(postern.awaitListener("plain"));
        RawClient socket = RawClient.connect(postern.awaitListener("plain"))) {
      upload.send("PUT /up HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\nabc");
      assertThat(socket.send(TunnelClient.request("/ws")).readHead().status()).isEqualTo(101);
      H2Client firstOfH2 = served(() -> overH2(postern));
      RawClient firstOfH1 = served(() -> overH1(postern));
      for (int i = 0; i < MANY; i++) {
        boolean h2 = i % 2 == 0;
        served(() -> h2 ? overH2(postern) : overH1(postern));
      }
      assertThat(firstOfH1.awaitEnding()).isEqualTo(Ending.CLOSED);
      assertThat(firstOfH2.awaitGoAway().code()).isZero();
      assertThat(value(postern, CLOSED)).isPositive();
      assertThat(upload.send("def").readAnswer().status()).isEqualTo(200);
      assertThat(socket.send("hello").read(5)).isEqualTo("hello");
      assertThat(postern.errors())
          .filteredOn(line -> line.contains("overload: "))
          .isNotEmpty()
          .hasSizeLessThan(MANY / 3);
      assertThat(postern.isAlive()).isTrue();
    }
  }

  @Test
  void whereNoneIsLeftForAServerTheExchangeFailsByThatName() {
    Gate gate = new Gate();
    server.on("/held", new Hold(gate, new Respond(Response.of(200, "held"))));
    try (PosternProcess postern = start(192)) {
      H2Client client = served(() -> overH2(postern));
      List<H2Stream> streams = new ArrayList<>();
      for (int i = 0; i < 128; i++) {
        streams.add(client.get("localhost", "/held"));
      }
      String faults = "postern_faults_total{reason=\"overloaded\"}";
      Await.until("descriptors run out", () -> overloaded(streams) > 0);
      gate.open();
      assertThat(streams)
          .extracting(stream -> stream.answer().status())
          .contains(200, 503)
          .containsOnly(200, 503);
      Await.until("they are counted", () -> value(postern, faults) == overloaded(streams));
      assertThat(
              value(
                  postern, "postern_server_faults_total{pool=\"app\",server=\"" + label() + "\"}"))
          .isZero();
      assertThat(client.get("localhost", "/").answer().status()).isEqualTo(200);
    }
  }

  private String label() {
    return Ended.label(server.address());
  }

  private static long overloaded(List<H2Stream> streams) {
    return streams.stream()
        .filter(H2Stream::isOver)
        .filter(stream -> stream.answer().status() == 503)
        .count();
  }
}
