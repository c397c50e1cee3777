package io.postern.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.testkit.NlbOptions.Checks;
import io.postern.testkit.RawClient.Ending;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The twin itself, with targets that are bare sockets. */
class NlbTwinTest {

  private final List<AutoCloseable> opened = new ArrayList<>();
  private final ServerSocket target = listen();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened.reversed()) {
      each.close();
    }
  }

  private <T extends AutoCloseable> T opened(T resource) {
    opened.add(resource);
    return resource;
  }

  private ServerSocket listen() {
    try {
      ServerSocket socket = new ServerSocket(0, 2000, InetAddress.getLoopbackAddress());
      socket.setSoTimeout((int) Await.LIMIT.toMillis());
      return opened(socket);
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  private static InetSocketAddress address(ServerSocket socket) {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  private NlbTwin twin(NlbOptions options) {
    return opened(NlbTwin.start(options));
  }

  private NlbOptions options() {
    return NlbOptions.to(address(target));
  }

  private RawClient client(NlbTwin twin) {
    return opened(RawClient.connect(twin.address()));
  }

  private Socket accept(ServerSocket at) throws IOException {
    Socket socket = opened(at.accept());
    socket.setSoTimeout((int) Await.LIMIT.toMillis());
    return socket;
  }

  private static byte[] read(Socket socket, int length) throws IOException {
    return socket.getInputStream().readNBytes(length);
  }

  @Test
  void theHeaderComesWithTheFirstBytes() throws IOException {
    NlbTwin twin = twin(options());
    RawClient client = client(twin).send("hello");
    byte[] first = new byte[1000];
    int length = accept(target).getInputStream().read(first);

    byte[] header = ProxyV2.aws(client.local(), twin.address(), ProxyV2.VPCE);
    assertThat(Arrays.copyOf(first, 100)).isEqualTo(header);
    assertThat(new String(first, 100, length - 100, StandardCharsets.ISO_8859_1))
        .isEqualTo("hello");
  }

  @Test
  void whoSendsNothingHasNoHeader() throws IOException {
    try (RawClient client = RawClient.connect(twin(options()).address())) {
      client.halfClose();
      assertThat(accept(target).getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void bytesGoBothWaysAndEndOneByOne() throws IOException {
    Content content = Content.ofSize(8 << 20);
    RawClient client = client(twin(options()));
    CompletableFuture<Void> sent =
        CompletableFuture.runAsync(
            () -> client.send(content).halfClose(), Thread::startVirtualThread);
    Socket server = accept(target);
    read(server, 100);
    byte[] came = server.getInputStream().readAllBytes();
    Await.result("the upload", sent);
    assertThat(came).isEqualTo(content.slice(0, 8 << 20));
    Thread.ofVirtual().start(() -> sendAndClose(server, came));
    int piece = 64 * 1024;
    for (int at = 0; at < came.length; at += piece) {
      byte[] back = client.read(piece).getBytes(StandardCharsets.ISO_8859_1);
      assertThat(back).isEqualTo(content.slice(at, piece));
    }
    assertThat(client.readToEnd()).isEmpty();
  }

  private static void sendAndClose(Socket socket, byte[] bytes) {
    try (socket) {
      socket.getOutputStream().write(bytes);
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  @Test
  void resetsGoThrough() throws IOException {
    NlbTwin twin = twin(options());
    RawClient client = client(twin).send("x");
    Socket server = accept(target);
    read(server, 101);
    client.reset();
    assertThatThrownBy(() -> server.getInputStream().read()).isInstanceOf(SocketException.class);
    RawClient other = client(twin).send("x");
    Socket resetting = accept(target);
    read(resetting, 101);
    resetting.setSoLinger(true, 0);
    resetting.close();
    assertThat(other.awaitEnding()).isEqualTo(Ending.RESET);
    Await.until("no flow", () -> twin.flows() == 0);
  }

  @Test
  void aSilentFlowIsForgottenAndEachSideLearnsOfItByItsOwnNextPacket() throws IOException {
    NlbTwin twin = twin(options().idle(Duration.ofMillis(100)));
    RawClient client = client(twin).send("x");
    Socket server = accept(target);
    read(server, 101);
    Await.until("it is forgotten", () -> twin.forgotten() == 1);

    client.send("y");
    assertThat(client.awaitEnding()).isEqualTo(Ending.RESET);
    assertThat(twin.flows()).isEqualTo(1);
    server.getOutputStream().write('z');
    assertThatThrownBy(() -> server.getInputStream().read()).isInstanceOf(SocketException.class);
    Await.until("no flow", () -> twin.flows() == 0);
  }

  @Test
  void aTargetThatIsDeregisteredGetsNoMoreFlows() throws IOException {
    ServerSocket second = listen();
    NlbTwin twin = twin(NlbOptions.to(address(target), address(second)));
    twin.deregister(address(target));
    Await.until(
        "only the second is served",
        () -> {
          int before = twin.flowsTo(address(target));
          client(twin);
          client(twin);
          return twin.flowsTo(address(target)) == before && twin.flowsTo(address(second)) > 1;
        });
    twin.register(address(target));
    int before = twin.flowsTo(address(target));
    client(twin);
    client(twin);
    Await.until("it is served again", () -> twin.flowsTo(address(target)) == before + 1);
  }

  @Test
  void theNewsOfADeregistrationTakesItsTime() throws IOException {
    NlbTwin twin = twin(options().propagation(Duration.ofHours(1)));
    twin.deregister(address(target));
    client(twin).send("x");
    assertThat(read(accept(target), 101)).hasSize(101);
  }

  @Test
  void flowsOfATargetThatBecomesUnhealthyAreReset() throws IOException {
    NlbTwin twin = twin(options().checks(Checks.tcp(Duration.ofMillis(20), 2)));
    Await.until("healthy", () -> twin.isHealthy(address(target)));
    RawClient client = client(twin).send("x");
    awaitFlow();
    target.close();
    assertThat(client.awaitEnding()).isEqualTo(Ending.RESET);
    assertThat(twin.isHealthy(address(target))).isFalse();
  }

  @Test
  void orStayWhereThatIsAsked() throws IOException {
    NlbTwin twin = twin(options().keepsFlows().checks(Checks.tcp(Duration.ofMillis(20), 2)));
    Await.until("healthy", () -> twin.isHealthy(address(target)));
    RawClient client = client(twin).send("x");
    Socket server = awaitFlow();
    target.close();
    Await.until("unhealthy", () -> !twin.isHealthy(address(target)));
    server.getOutputStream().write('y');
    assertThat(client.read(1)).isEqualTo("y");
  }

  /** Accepts until a connection brings something: the checks do not. */
  private Socket awaitFlow() throws IOException {
    while (true) {
      Socket socket = accept(target);
      if (read(socket, 101).length == 101) {
        return socket;
      }
    }
  }

  @Test
  void httpChecksBringAHeaderOfTheirOwn() {
    AtomicReference<String> status = new AtomicReference<>("200 OK");
    CompletableFuture<String> firstHead = new CompletableFuture<>();
    ServerSocket health = listen();
    Thread.ofVirtual().start(() -> answer(health, status, firstHead));
    NlbTwin twin =
        twin(options().checks(Checks.http("/ready", Duration.ofMillis(20), 2, address(health))));
    Await.until("healthy", () -> twin.isHealthy(address(target)));
    assertThat(Await.result("a check", firstHead)).startsWith("GET /ready HTTP/1.1\r\n");
    status.set("503 Service Unavailable");
    Await.until("unhealthy", () -> !twin.isHealthy(address(target)));
    status.set("204 No Content");
    Await.until("healthy again", () -> twin.isHealthy(address(target)));
  }

  private static void answer(
      ServerSocket at, AtomicReference<String> status, CompletableFuture<String> firstHead) {
    while (!at.isClosed()) {
      try (Socket check = at.accept()) {
        byte[] header = read(check, 100);
        byte[] head = new byte[1000];
        int length = check.getInputStream().read(head);
        if (Arrays.equals(header, ProxyV2.awsCheck())) {
          firstHead.complete(new String(head, 0, length, StandardCharsets.ISO_8859_1));
          check
              .getOutputStream()
              .write(("HTTP/1.1 " + status + "\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
        }
      } catch (IOException ended) {
        // The twin was closed in the middle of a check, or the test is over.
      }
    }
  }

  @Test
  void itCarriesAThousandFlows() throws IOException {
    NlbTwin twin = twin(options());
    List<RawClient> clients = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      clients.add(client(twin).send("x"));
      Socket server = accept(target);
      assertThat(read(server, 101)).hasSize(101);
      server.getOutputStream().write('y');
    }
    clients.forEach(each -> assertThat(each.read(1)).isEqualTo("y"));
    assertThat(twin.flows()).isEqualTo(1000);
  }

  @Test
  void theArgumentsOfTheProgram() {
    NlbOptions options =
        NlbOptions.parse(
            "--listen 127.0.0.1:9443 --target 127.0.0.1:1,127.0.0.1:2 --vpce vpce-1 --idle 6.5"
                .concat(" --health 127.0.0.1:3,127.0.0.1:4 --interval 5 --threshold 2 --keep-flows")
                .split(" "));
    assertThat(options.targets()).hasSize(2);
    assertThat(options.idle()).isEqualTo(Duration.ofMillis(6500));
    assertThat(options.resetsWhenUnhealthy()).isFalse();
    Checks checks = options.checks();
    assertThat(checks == null ? 0 : checks.threshold()).isEqualTo(2);
    assertThatThrownBy(() -> NlbOptions.parse("--target", "127.0.0.1:1", "--what"))
        .hasMessageContaining("--what");
  }
}
