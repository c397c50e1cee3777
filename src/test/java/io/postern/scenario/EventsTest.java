package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.event.EventKind;
import io.postern.event.Events;
import io.postern.testkit.Answer;
import io.postern.testkit.Await;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.ScriptedServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.helpers.NOPLogger;

/** What happens is told by the admin port, as a list and as a stream. */
class EventsTest {

  private final ScriptedServer server = ScriptedServer.start();
  private final long before = Events.ofProcess().last();
  private final ProxyUnderTest proxy =
      ProxyUnderTest.start(
          """
          listeners: {plain: {bind: "127.0.0.1:0"}}
          routes: [{name: all, pool: app}]
          pools:
            app:
              servers: [{address: "127.0.0.1:%d"}]
              health: {active: {type: tcp, interval: 100ms, rise: 1, fall: 1}}
          admin: {bind: "127.0.0.1:0"}
          shutdown: {announce: 0s, spread: 0s}
          process: {eventLoops: 1}
          """
              .formatted(server.port()));
  private final HttpClient http = HttpClient.newHttpClient();
  private final RawClient admin = RawClient.connect(proxy.admin());

  @AfterEach
  void close() {
    http.shutdownNow();
    admin.close();
    proxy.close();
    server.close();
  }

  private List<String> told() throws IOException {
    admin.send(
        "GET /api/v1/events?since=%d HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n"
            .formatted(before));
    JsonNode events = new ObjectMapper().readTree(admin.readAnswer().text()).get("events");
    List<String> told = new ArrayList<>();
    events.forEach(
        each -> told.add(each.get("kind").asText() + " " + each.get("subject").asText()));
    return told;
  }

  private HttpResponse<Stream<String>> stream(String query, String... fields) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:%d/api/v1/events%s".formatted(port(), query)))
            .header("Accept", "text/event-stream");
    for (int i = 0; i < fields.length; i += 2) {
      request.header(fields[i], fields[i + 1]);
    }
    return Await.result("the stream", http.sendAsync(request.build(), BodyHandlers.ofLines()));
  }

  private int port() {
    return proxy.admin().getPort();
  }

  /** The next lines of an event; what keeps the connection alive is left out. */
  private static List<String> next(Iterator<String> lines) {
    List<String> event = new ArrayList<>();
    while (lines.hasNext()) {
      String line = lines.next();
      if (line.isEmpty() && !event.isEmpty()) {
        return event;
      }
      if (!line.isEmpty() && !line.startsWith(":")) {
        event.add(line);
      }
    }
    return event;
  }

  private static void raise(String subject) {
    Events.raise(
        NOPLogger.NOP_LOGGER, EventKind.SERVERS_CHANGED, subject, "{} of a test", "something");
  }

  @Test
  void whatHappensIsListed() throws IOException {
    Await.until("it is ready", () -> proxy.runtime().ready().isDone());
    server.refuse();
    Await.until("it is down", () -> told().contains("server-down app/127.0.0.1:" + server.port()));
    server.listenAgain();
    Await.until("it is up", () -> told().contains("server-up app/127.0.0.1:" + server.port()));
    assertThat(proxy.runtime().drain("a test")).isTrue();
    assertThat(proxy.runtime().drain("a test")).isTrue();
    assertThat(proxy.runtime().undrain("a test")).isTrue();
    proxy.reload("nothing: true");
    assertThat(told())
        .containsExactly(
            "listener-bound plain",
            "server-down app/127.0.0.1:" + server.port(),
            "server-up app/127.0.0.1:" + server.port(),
            "drain-begun process",
            "drain-undone process",
            "config-refused config");
  }

  @Test
  void whoComesBackGoesOnWhereHeWas() {
    long last = Events.ofProcess().last();
    HttpResponse<Stream<String>> stream = stream("");
    assertThat(stream.headers().firstValue("content-type")).hasValue("text/event-stream");
    Iterator<String> lines = stream.body().iterator();
    raise("one");
    raise("two");
    List<String> event = next(lines);
    assertThat(event.get(0)).isEqualTo("id: " + (last + 1));
    assertThat(event.get(1)).isEqualTo("event: servers-changed");
    assertThat(event.get(2))
        .startsWith("data: {\"number\":" + (last + 1))
        .endsWith(",\"subject\":\"one\",\"text\":\"something of a test\"}");
    assertThat(next(lines).getFirst()).isEqualTo("id: " + (last + 2));
    Iterator<String> again = stream("", "Last-Event-ID", Long.toString(last + 1)).body().iterator();
    assertThat(next(again).getFirst()).isEqualTo("id: " + (last + 2));
  }

  @Test
  void theStreamEndsWithTheProcess() {
    Iterator<String> lines = stream("").body().iterator();
    raise("one");
    assertThat(next(lines)).hasSize(3);
    proxy.close();
    List<String> last = next(lines);
    while (!last.isEmpty()) { // an error here would be a stream that was cut
      assertThat(last.get(1)).isEqualTo("event: listener-closed");
      last = next(lines);
    }
  }

  @Test
  void whatIsNotKeptIsSaidToBeLost() {
    for (int i = 0; i < 600; i++) {
      raise("one of many");
    }
    long last = Events.ofProcess().last();
    Iterator<String> lines = stream("?since=" + (last - 590)).body().iterator();
    assertThat(next(lines)).containsExactly("event: lost", "data: {\"lost\":90}");
    assertThat(next(lines).getFirst()).isEqualTo("id: " + (last - 499));
  }

  @Test
  void nothingWaitsForASlowReader() {
    try (RawClient slow = RawClient.connect(proxy.admin(), 4096)) {
      slow.send(
          "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n");
      assertThat(slow.readHead().status()).isEqualTo(200);
      for (int i = 0; i < 50_000; i++) {
        raise("one of many");
      }
      StringBuilder read = new StringBuilder();
      while (read.indexOf("event: lost") < 0) {
        read.append(slow.read(1000));
      }
    }
  }

  @Test
  void thereIsRoomForSixteenReaders() {
    List<RawClient> readers = new ArrayList<>();
    String line =
        "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n";
    for (int i = 0; i < 16; i++) {
      readers.add(RawClient.connect(proxy.admin()).send(line));
      assertThat(readers.getLast().readHead().status()).isEqualTo(200);
    }
    try (RawClient another = RawClient.connect(proxy.admin())) {
      assertThat(another.send(line).readAnswer().status()).isEqualTo(503);
      readers.removeLast().close();
      Await.until("there is room", () -> hasRoom(line));
    }
    readers.forEach(RawClient::close);
  }

  private boolean hasRoom(String line) {
    try (RawClient another = RawClient.connect(proxy.admin())) {
      return another.send(line).readHead().status() == 200;
    }
  }

  @Test
  void whatIsNoNumberIsRefused() {
    HttpResponse<Stream<String>> refused = stream("", "Last-Event-ID", "seven");
    assertThat(refused.statusCode()).isEqualTo(400);
    admin.send("GET /api/v1/events?since=x HTTP/1.1\r\nHost: localhost\r\n\r\n");
    Answer answer = admin.readAnswer();
    assertThat(answer.status()).isEqualTo(400);
  }
}
