package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.runtime.StartException;
import io.postern.testkit.Await;
import io.postern.testkit.ClientTls;
import io.postern.testkit.LogLines;
import io.postern.testkit.PosternProcess;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The unix socket for those who run the proxy. */
class AdminSocketTest {

  private static final String SECRET = "0123456789abcdef0123456789abcdef";
  private static final String BUSY = "another process listens there";

  @TempDir private Path directory;
  private Path socket = Path.of("");

  @BeforeEach
  void name() {
    socket = directory.resolve("admin.sock");
  }

  private String config(String admin, String transport) {
    return """
        listeners:
          edge: {bind: "127.0.0.1:0", limits: {connections: 100}}
        routes:
          - {name: all, pool: app}
        pools:
          app: {servers: [{address: "127.0.0.1:1"}, {address: "127.0.0.1:2"}]}
        admin: {%s}
        process: {eventLoops: 1, transport: %s}
        """
        .formatted(admin, transport);
  }

  private String alone() {
    return config("socket: " + socket, "auto");
  }

  private String ask(String line, String... fields) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      String more = String.join("", fields);
      String request =
          line + " HTTP/1.1\r\nHost: any.test\r\nConnection: close\r\n" + more + "\r\n";
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
      return new String(Channels.newInputStream(channel).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "io_uring", "nio"})
  void answersOnEachTransportAndTellsWhoAsked(String transport) throws Exception {
    try (LogLines log = LogLines.of("io.netty");
        ProxyUnderTest _ = ProxyUnderTest.start(config("socket: " + socket, transport))) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
          .isEqualTo("rw-rw----");
      assertThat(ask("GET /metrics"))
          .startsWith("HTTP/1.1 200 OK\r\n")
          .contains("\npostern_config_version ");
      assertThat(ask("GET /api/v1/status")).contains("ready");
      String user = Files.getOwner(socket).getName();
      long pid = ProcessHandle.current().pid();
      String who =
          transport.equals("nio")
              ? "user " + user
              : "uid " + Files.getAttribute(socket, "unix:uid") + " (pid " + pid + ")";
      assertThat(ask("PUT /api/v1/pools/app/servers/127.0.0.1:1/override?state=drain"))
          .contains("  " + who + " at the socket  ");
      assertThat(ask("POST /api/v1/reload", "Origin: https://any.test\r\n")).contains(" 403 ");
      assertThat(log.about("Unknown channel option")).isEmpty();
    }
    assertThat(socket).doesNotExist();
  }

  @Test
  void tokensAreForThePort() throws Exception {
    String admin =
        "socket: %s, bind: \"127.0.0.1:0\", tls: {certificates: [@CERTIFICATES@]}, tokens: {keeper: {secret: %s}}"
            .formatted(socket, SECRET);
    try (ProxyUnderTest proxy = ProxyUnderTest.start(config(admin, "auto"));
        RawClient port =
            RawClient.connect(
                proxy.admin(), ClientTls.of(ProxyUnderTest.authority(), "localhost"))) {
      assertThat(port.get("/api/v1/status", "localhost").status()).isEqualTo(401);
      assertThat(ask("GET /api/v1/status")).startsWith("HTTP/1.1 200 ");
      assertThat(ask("GET /metrics")).startsWith("HTTP/1.1 200 ");
      assertThat(ask("POST /api/v1/reload")).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void whatAProcessHasLeftIsTakenAway() throws Exception {
    try (ServerSocketChannel left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      left.bind(UnixDomainSocketAddress.of(socket));
    }
    assertThat(socket).exists();
    try (ProxyUnderTest _ = ProxyUnderTest.start(alone())) {
      assertThat(ask("GET /api/v1/status")).startsWith("HTTP/1.1 200 ");
    }
    assertThat(socket).doesNotExist();
  }

  @Test
  void whatIsAnothersStays() throws Exception {
    try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      other.bind(UnixDomainSocketAddress.of(socket));
      assertThatThrownBy(() -> ProxyUnderTest.start(alone()))
          .isInstanceOf(StartException.class)
          .hasMessage("listener admin cannot bind unix:" + socket + ": " + BUSY);
      assertThat(socket).exists();
    }
    Files.delete(socket);
    Files.writeString(socket, "kept");
    assertThatThrownBy(() -> ProxyUnderTest.start(alone()))
        .hasMessageEndingWith(": " + socket + " is there already, and is no socket");
    assertThat(socket).hasContent("kept");
  }

  @Test
  void aFolderThatIsNotThereIsSaid() {
    socket = directory.resolve("absent").resolve("admin.sock");
    assertThatThrownBy(() -> ProxyUnderTest.start(alone()))
        .hasMessageStartingWith("listener admin cannot bind unix:" + socket + ": ")
        .hasMessageContaining("o such file");
  }

  /** Who has put his own there meanwhile keeps it. */
  @Test
  void theSocketOfAnotherProcessStays() throws Exception {
    try (ServerSocketChannel next = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      try (ProxyUnderTest _ = ProxyUnderTest.start(alone())) {
        Files.delete(socket);
        next.bind(UnixDomainSocketAddress.of(socket));
      }
      assertThat(socket).exists();
    }
  }

  @Test
  void theCommandLineAsksThere() throws Exception {
    Path file = Files.writeString(directory.resolve("postern.yaml"), alone());
    try (PosternProcess running = PosternProcess.start("run", "-c", file.toString())) {
      running.awaitListener("edge");
      Await.until("the socket is there", () -> Files.exists(socket));
      assertThat(says(0, "status", "-c", file.toString()).getFirst())
          .startsWith("ready, version 1");
      assertThat(says(0, "set", "app/127.0.0.1:1", "--weight", "7", "-c", file.toString()).get(1))
          .contains("  uid ", ") at the socket  ");
      assertThat(says(0, "servers", "--admin", "unix:" + socket, "--json"))
          .asString()
          .contains("\"127.0.0.1:1\"");
    }
    assertThat(says(1, "status", "-c", file.toString()))
        .anySatisfy(line -> assertThat(line).startsWith("postern: unix:" + socket + ": "));
  }

  private static List<String> says(int exit, String... arguments) throws Exception {
    try (PosternProcess asks = PosternProcess.start(arguments)) {
      assertThat(asks.awaitExit()).as("%s", asks.errors()).isEqualTo(exit);
      return exit == 0 ? asks.output() : asks.errors();
    }
  }
}
