package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Await;
import io.postern.testkit.ClientTls;
import io.postern.testkit.H2Client;
import io.postern.testkit.NlbOptions;
import io.postern.testkit.NlbOptions.Checks;
import io.postern.testkit.NlbTwin;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two instances behind a load balancer, and clients of the JDK: nobody notices that one ends. */
class InstanceTakenOutTest {

  private static final int CLIENTS = 4;
  private static final int HALF = 2 << 20;

  private static ProxyUnderTest instance(ScriptedServer server, String idleTimeout) {
    return ProxyUnderTest.start(
        """
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
        shutdown: {announce: 1s, spread: 500ms, drain: 60s}
        process: {eventLoops: 1}
        """
            .formatted(idleTimeout, server.port()));
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

  /** Requests without end, one after the other on kept connections, until it is told. */
  private static final class Load {

    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicLong served = new AtomicLong();
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final List<HttpClient> clients = new ArrayList<>();
    private final InetSocketAddress address;

    Load(InetSocketAddress address) {
      this.address = address;
      for (int i = 0; i < CLIENTS; i++) {
        for (HttpClient.Version version : HttpClient.Version.values()) {
          HttpClient client = client(version);
          threads.add(Thread.ofVirtual().start(() -> ask(client)));
        }
      }
    }

    private HttpClient client(HttpClient.Version version) {
      HttpClient client =
          HttpClient.newBuilder()
              .sslContext(ClientTls.of(ProxyUnderTest.authority(), Version.HOST).context())
              .version(version)
              .build();
      clients.add(client);
      return client;
    }

    private void ask(HttpClient client) {
      while (!over.get()) {
        told(HttpRequest.newBuilder(uri("/")).build(), client);
      }
    }

    private URI uri(String path) {
      return URI.create("https://localhost:" + address.getPort() + path);
    }

    private void told(HttpRequest request, HttpClient client) {
      try {
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        if (response.statusCode() == 200) {
          served.incrementAndGet();
        } else {
          failures.add(response.statusCode() + " " + response.body());
        }
      } catch (IOException | InterruptedException failure) {
        failures.add(request.method() + " " + failure);
      }
    }

    /** An upload that stops in the middle until the gate opens. */
    Thread upload(HttpClient.Version version, Middle middle) {
      HttpClient client = client(version);
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

  @Test
  void noClientSeesAnErrorNeitherUnderLoadNorInAnUpload() throws Exception {
    try (ScriptedServer server = ScriptedServer.start();
        ProxyUnderTest leaving = instance(server, "350s");
        ProxyUnderTest staying = instance(server, "350s");
        NlbTwin twin = NlbTwin.start(before(leaving, staying))) {
      Await.until(
          "both are healthy",
          () -> twin.isHealthy(leaving.address()) && twin.isHealthy(staying.address()));
      Load load = new Load(twin.address());
      load.awaitMore(200);
      Middle middle = new Middle();
      List<Thread> uploads = new ArrayList<>();
      for (HttpClient.Version version : HttpClient.Version.values()) {
        for (int i = 0; i < CLIENTS; i++) {
          uploads.add(load.upload(version, middle));
        }
      }

      middle.awaitReached(uploads.size());

      CompletableFuture<Boolean> drained = new CompletableFuture<>();
      Thread.ofPlatform().start(() -> drain(leaving, drained));
      Await.until("the load balancer knows", () -> !twin.isHealthy(leaving.address()));
      load.awaitMore(200);
      Await.until("nothing is accepted", () -> refuses(leaving.address()));
      int before = twin.flowsTo(leaving.address());
      load.awaitMore(200);
      middle.open();
      for (Thread upload : uploads) {
        upload.join();
      }

      assertThat(Await.result("the drain", drained)).isTrue();
      load.awaitMore(200);
      load.end();
      assertThat(load.failures).isEmpty();
      assertThat(twin.flowsTo(leaving.address())).isEqualTo(before);
    }
  }

  private static NlbOptions before(ProxyUnderTest... instances) {
    InetSocketAddress[] targets = new InetSocketAddress[instances.length];
    InetSocketAddress[] health = new InetSocketAddress[instances.length];
    for (int i = 0; i < instances.length; i++) {
      targets[i] = instances[i].address();
      health[i] = instances[i].health();
    }
    return NlbOptions.to(targets)
        .keepsFlows()
        .checks(Checks.http("/healthz", Duration.ofMillis(50), 2, health));
  }

  private static void drain(ProxyUnderTest proxy, CompletableFuture<Boolean> drained) {
    try {
      drained.complete(proxy.drain().run());
    } catch (InterruptedException | RuntimeException failure) {
      drained.completeExceptionally(failure);
    }
  }

  private static boolean refuses(InetSocketAddress address) {
    try (var socket = new java.net.Socket(address.getAddress(), address.getPort())) {
      return !socket.isConnected();
    } catch (IOException refused) {
      return true;
    }
  }

  /** The idle time follows from the load balancer's, so that it has nothing to forget. */
  @ParameterizedTest
  @EnumSource
  void anIdleConnectionIsClosedBeforeTheLoadBalancerForgetsIt(Version version) {
    try (ScriptedServer server = ScriptedServer.start();
        ProxyUnderTest proxy = instance(server, "2s");
        NlbTwin twin = NlbTwin.start(NlbOptions.to(proxy.address()).idle(Duration.ofSeconds(2)))) {
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
