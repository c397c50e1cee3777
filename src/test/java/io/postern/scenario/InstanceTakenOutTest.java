package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Await;
import io.postern.testkit.ClientTls;
import io.postern.testkit.H2Client;
import io.postern.testkit.NlbOptions;
import io.postern.testkit.NlbOptions.Checks;
import io.postern.testkit.NlbTwin;
import io.postern.testkit.PosternProcess;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import io.postern.testkit.RawClient.Ending;
import io.postern.testkit.ScriptedServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two instances behind a load balancer, and clients of the JDK: nobody notices that one ends. */
class InstanceTakenOutTest {

  private static final int CLIENTS = 4;
  private static final int HALF = 2 << 20;

  private static String config(ScriptedServer server, String idleTimeout) {
    return """
    loadBalancer: {idleTimeout: %s}
    listeners:
      edge:
        bind: 127.0.0.1:0
        proxyProtocol: required
        limits: {connections: 1000}
        tls: {certificates: [@CERTIFICATES@]}
    routes:
      - {name: all, pool: app}
    pools:
      app: {servers: [{address: "127.0.0.1:%d"}]}
    health: {bind: 127.0.0.1:0}
    shutdown: {announce: 2s, spread: 500ms, drain: 60s}
    process: {eventLoops: 1}
    """
        .formatted(idleTimeout, server.port());
  }

  /** Where uploads wait until they are let on. */
  private static final class Middle {

    private final CountDownLatch gate = new CountDownLatch(1);
    private final AtomicInteger reached = new AtomicInteger();

    void pass() {
      reached.incrementAndGet();
      Await.latch("the second half", gate);
    }

    void awaitReached(int uploads) {
      Await.until("uploads are under way", () -> reached.get() == uploads);
    }

    void open() {
      gate.countDown();
    }
  }

  /** Requests without end, on kept connections and on new ones, until it is told. */
  private static final class Load {

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong served = new AtomicLong();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final List<HttpClient> clients = new CopyOnWriteArrayList<>();
    private final InetSocketAddress address;

    Load(InetSocketAddress address) {
      this.address = address;
      for (HttpClient.Version version : HttpClient.Version.values()) {
        for (int i = 0; i < CLIENTS; i++) {
          HttpClient client = client(version);
          clients.add(client);
          threads.add(Thread.ofVirtual().start(() -> ask(client)));
        }
      }
      threads.add(Thread.ofVirtual().start(this::askAnew));
    }

    private static HttpClient client(HttpClient.Version version) {
      return HttpClient.newBuilder()
          .sslContext(ClientTls.of(ProxyUnderTest.authority(), Version.HOST).context())
          .version(version)
          .build();
    }

    private void ask(HttpClient client) {
      while (!over.get()) {
        told(HttpRequest.newBuilder(uri("/")).build(), client);
      }
    }

    private void askAnew() {
      ClientTls tls = ClientTls.of(ProxyUnderTest.authority(), Version.HOST, "http/1.1");
      while (!over.get()) {
        try (RawClient client = RawClient.connect(address, tls)) {
          int status = client.get("/", Version.HOST).status();
          count(status, "on a new connection");
        } catch (RuntimeException | AssertionError failure) {
          failures.add("on a new connection: " + failure);
        }
      }
    }

    private URI uri(String path) {
      return URI.create("https://localhost:" + address.getPort() + path);
    }

    private void told(HttpRequest request, HttpClient client) {
      try {
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        count(response.statusCode(), response.body());
      } catch (IOException | InterruptedException failure) {
        failures.add(request.method() + " " + failure);
      }
    }

    private void count(int status, String words) {
      if (status == 200) {
        served.incrementAndGet();
      } else {
        failures.add(status + " " + words);
      }
    }

    /** Uploads over both versions that stop in the middle until the gate opens. */
    List<Thread> uploads(Middle middle) {
      List<Thread> uploads = new ArrayList<>();
      for (HttpClient.Version version : HttpClient.Version.values()) {
        for (int i = 0; i < CLIENTS; i++) {
          uploads.add(upload(version, middle));
        }
      }
      return uploads;
    }

    private Thread upload(HttpClient.Version version, Middle middle) {
      HttpClient client = client(version);
      clients.add(client);
      HttpRequest request =
          HttpRequest.newBuilder(uri("/upload"))
              .POST(BodyPublishers.ofInputStream(() -> halves(middle)))
              .build();
      return Thread.ofVirtual().start(() -> told(request, client));
    }

    private static InputStream halves(Middle middle) {
      InputStream rest = new ByteArrayInputStream(new byte[HALF]);
      return new SequenceInputStream(
          new ByteArrayInputStream(new byte[HALF]),
          new InputStream() {
            private boolean passed;

            private void pass() {
              if (!passed) {
                middle.pass();
                passed = true;
              }
            }

            @Override
            public int read() throws IOException {
              pass();
              return rest.read();
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
              pass();
              return rest.read(into, offset, length);
            }
          });
    }

    void awaitMore(long requests) {
      long goal = served.get() + requests;
      Await.until("more is served, or " + failures, () -> served.get() >= goal || failed());
    }

    private boolean failed() {
      return !failures.isEmpty();
    }

    void end() throws InterruptedException {
      over.set(true);
      for (Thread each : threads) {
        each.join();
      }
      clients.forEach(HttpClient::close);
    }
  }

  /** How the load balancer learns that an instance goes. */
  enum News {
    /** From the instance itself, by its health port. */
    DRAINING,
    /** From whoever takes it out, while its health is not asked for; it takes its time. */
    DEREGISTERED;

    NlbOptions options(InetSocketAddress leaving, InetSocketAddress health, ProxyUnderTest stays) {
      NlbOptions options = NlbOptions.to(leaving, stays.address()).keepsFlows();
      Duration often = Duration.ofMillis(50);
      return this == DRAINING
          ? options.checks(Checks.http("/healthz", often, 2, health, stays.health()))
          : options.checks(Checks.tcp(often, 2)).propagation(Duration.ofMillis(700));
    }
  }

  @ParameterizedTest
  @EnumSource
  void noClientSeesAnErrorNeitherUnderLoadNorInAnUpload(News news, @TempDir Path directory)
      throws Exception {
    try (ScriptedServer server = ScriptedServer.start();
        PosternProcess leaving = process(config(server, "350s"), directory);
        ProxyUnderTest staying = ProxyUnderTest.start(config(server, "350s"));
        NlbTwin twin =
            NlbTwin.start(
                news.options(
                    leaving.awaitListener("edge"), leaving.awaitListener("health"), staying))) {
      InetSocketAddress address = leaving.awaitListener("edge");
      awaitHealthy(twin, address, staying.address());
      Load load = new Load(twin.address());
      load.awaitMore(100);
      Middle middle = new Middle();
      List<Thread> uploads = load.uploads(middle);
      middle.awaitReached(uploads.size());

      if (news == News.DEREGISTERED) {
        twin.deregister(address);
      }
      leaving.signal("TERM");
      Await.until("nothing is accepted", () -> refuses(address));
      int atEnd = twin.flowsTo(address);
      load.awaitMore(100);
      middle.open();
      for (Thread upload : uploads) {
        upload.join();
      }
      assertThat(leaving.awaitExit()).isZero();
      load.awaitMore(100);
      load.end();

      assertThat(load.failures).isEmpty();
      servedAll(leaving.output());
      assertThat(twin.flowsTo(address)).isEqualTo(atEnd);
    }
  }

  /** By the access log: nothing was cut, and some of the uploads were this instance's. */
  private static void servedAll(List<String> log) {
    assertThat(log).allMatch(line -> line.contains("\"termination\":\"--\""));
    assertThat(log).anyMatch(line -> line.contains("\"path\":\"/upload\""));
  }

  private static void awaitHealthy(NlbTwin twin, InetSocketAddress... targets) {
    Await.until("all are healthy", () -> Stream.of(targets).allMatch(twin::isHealthy));
  }

  private static PosternProcess process(String config, Path directory) {
    return PosternProcess.start("run", "-c", ProxyUnderTest.write(config, directory));
  }

  private static boolean refuses(InetSocketAddress address) {
    try (var socket = new java.net.Socket(address.getAddress(), address.getPort())) {
      return !socket.isConnected();
    } catch (IOException refused) {
      return true;
    }
  }

  /**
   * The idle time follows from the load balancer's, so that it has nothing to forget. It forgets a
   * little later than it is said to, or a machine that stalls for a fifth of a second would make
   * the proxy too late.
   */
  @ParameterizedTest
  @EnumSource
  void anIdleConnectionIsClosedBeforeTheLoadBalancerForgetsIt(Version version) {
    try (ScriptedServer server = ScriptedServer.start();
        ProxyUnderTest proxy = ProxyUnderTest.start(config(server, "2s"));
        NlbTwin twin = NlbTwin.start(NlbOptions.to(proxy.address()).idle(Duration.ofSeconds(4)))) {
      String alpn = version == Version.H1 ? "http/1.1" : "h2";
      ClientTls tls = ClientTls.of(ProxyUnderTest.authority(), Version.HOST, alpn);
      try (RawClient client = RawClient.connect(twin.address(), tls)) {
        if (version == Version.H1) {
          assertThat(client.get("/", Version.HOST).status()).isEqualTo(200);
          assertThat(client.awaitEnding()).isEqualTo(Ending.CLOSED);
        } else {
          H2Client h2 = H2Client.over(client);
          assertThat(h2.get(Version.HOST, "/").answer().status()).isEqualTo(200);
          assertThat(h2.awaitEnding()).isEqualTo(Ending.CLOSED);
        }
        assertThat(twin.forgotten()).isZero();
      }
    }
  }
}
