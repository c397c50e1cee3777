package io.postern.interop;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.transport.HttpClientConnectionFactory;
import org.eclipse.jetty.client.transport.HttpClientTransportDynamic;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.client.transport.ClientConnectionFactoryOverHTTP2;
import org.eclipse.jetty.io.ClientConnectionFactory;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.client.WebSocketClient;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Jetty's WebSocket client and server with Postern between them: by an upgrade of HTTP/1.1 (RFC
 * 6455) and by the extended CONNECT of HTTP/2 (RFC 8441), on either side.
 */
class WebSocketTest {

  private enum Version {
    H1,
    H2
  }

  private static final int LARGE = 4 << 20;

  @TempDir private static Path folder;

  private static WebSocketServer server;
  private static final List<AutoCloseable> running = new ArrayList<>();
  private static final Map<Version, Program> posterns = new EnumMap<>(Version.class);
  private static final Map<Version, WebSocketClient> clients = new EnumMap<>(Version.class);

  @BeforeAll
  static void start() throws Exception {
    Identity identity = Identity.create(folder);
    server = WebSocketServer.start(LARGE);
    running.add(server::stop);
    for (Version version : Version.values()) {
      String pool =
          "{protocol: %s, servers: [{address: 127.0.0.1:%d}]}"
              .formatted(version == Version.H1 ? "http/1.1" : "h2c", server.port());
      Path own = Files.createDirectory(folder.resolve(version.name()));
      Program postern = Postern.start(own, identity, pool);
      posterns.put(version, postern);
      running.addFirst(postern);
      WebSocketClient client = client(version, identity);
      client.start();
      clients.put(version, client);
      running.addFirst(client::stop);
    }
  }

  private static WebSocketClient client(Version version, Identity identity) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, identity.trust(), new SecureRandom());
    SslContextFactory.Client tls = new SslContextFactory.Client();
    tls.setSslContext(context);
    ClientConnector connector = new ClientConnector();
    connector.setSslContextFactory(tls);
    ClientConnectionFactory.Info speaks =
        switch (version) {
          case H1 -> HttpClientConnectionFactory.HTTP11;
          case H2 -> new ClientConnectionFactoryOverHTTP2.HTTP2(new HTTP2Client(connector));
        };
    WebSocketClient client =
        new WebSocketClient(new HttpClient(new HttpClientTransportDynamic(connector, speaks)));
    client.setMaxBinaryMessageSize(2 * LARGE);
    return client;
  }

  @AfterAll
  static void stop() throws Exception {
    for (AutoCloseable each : running) {
      each.close();
    }
  }

  private static Stream<Arguments> pairs() {
    return Stream.of(Version.values())
        .flatMap(from -> Stream.of(Version.values()).map(to -> Arguments.of(from, to)));
  }

  @ParameterizedTest(name = "{0} to {1}")
  @MethodSource("pairs")
  void everyMessageComesBack(Version from, Version to) throws Exception {
    Answers answers = new Answers();
    Session session = open(from, to, answers);

    session.sendText("grüß Gott", Callback.NOOP);
    assertThat(answers.next()).isEqualTo("grüß Gott");

    byte[] large = new byte[LARGE];
    new Random(1).nextBytes(large);
    send(sent -> session.sendBinary(ByteBuffer.wrap(large), sent));
    assertThat(answers.next()).isEqualTo(ByteBuffer.wrap(large));

    String[] fragments = {"one, ", "two, ", "", "three"};
    for (int i = 0; i < fragments.length; i++) {
      boolean last = i == fragments.length - 1;
      String fragment = fragments[i];
      send(sent -> session.sendPartialText(fragment, last, sent));
    }
    assertThat(answers.next()).isEqualTo("one, two, three");

    session.sendPing(ByteBuffer.wrap(new byte[] {1, 2, 3}), Callback.NOOP);
    assertThat(answers.next()).isEqualTo(List.of(ByteBuffer.wrap(new byte[] {1, 2, 3})));

    session.close(4001, "enough", Callback.NOOP);
    assertThat(server.nextClose()).isEqualTo(4001);
    if (from == Version.H2) {
      // Over HTTP/1.1 Jetty's client ends its direction of TLS behind its close frame, which here
      // is the end of both.
      assertThat(answers.next()).isEqualTo(new Answers.Closed(4001, "enough"));
    }
    assertThat(logged(to)).contains("\"status\":101").contains("\"upgrade\":\"websocket\"");
  }

  @ParameterizedTest(name = "{0} to {1}")
  @MethodSource("pairs")
  void theServerMayClose(Version from, Version to) throws Exception {
    Answers answers = new Answers();
    Session session = open(from, to, answers);
    session.sendText(WebSocketServer.CLOSE, Callback.NOOP);
    assertThat(answers.next()).isEqualTo(new Answers.Closed(4002, "closed by the server"));
    int heard = server.nextClose();
    if (from == Version.H2) {
      // Jetty's server ends its direction too, behind its close frame, and over TLS that is the
      // end.
      assertThat(heard).isEqualTo(4002);
    }
  }

  private static Session open(Version from, Version to, Answers answers) throws Exception {
    URI uri = URI.create("wss://localhost:%d/echo".formatted(posterns.get(to).port()));
    return clients.get(from).connect(answers, uri).get(20, TimeUnit.SECONDS);
  }

  private interface Sending {
    void to(Callback sent);
  }

  private static void send(Sending sending) throws Exception {
    Callback.Completable sent = new Callback.Completable();
    sending.to(sent);
    sent.get(20, TimeUnit.SECONDS);
  }

  /**
   * All lines that were logged of tunnels to servers of a version; the end of one is waited for.
   */
  private static String logged(Version to) throws Exception {
    Path log = folder.resolve(to.name()).resolve("access.log");
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (System.nanoTime() < end && Files.size(log) == 0) {
      Thread.onSpinWait();
    }
    return Files.readString(log);
  }
}
