package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.PosternProcess;
import io.postern.testkit.RawClient;
import io.postern.testkit.SocketManager;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Listeners on sockets that a service manager has bound, and that outlive the process. */
class SocketActivationTest {

  private static final String ROUTES =
      """
      routes:
        - {name: all, respond: {status: 204}}
      shutdown: {announce: 0s, spread: 20ms, drain: 20s}
      process: {eventLoops: 1}
      """;

  @TempDir private Path directory;

  @BeforeAll
  static void python() {
    SocketManager.assumeInstalled();
  }

  private String config(String listeners) throws IOException {
    Path file = directory.resolve("postern.yaml");
    Files.writeString(file, listeners + ROUTES);
    return file.toString();
  }

  private static void isServed(InetSocketAddress address) {
    try (RawClient client = RawClient.connect(address)) {
      assertThat(client.get("/", "localhost").status()).isEqualTo(204);
    }
  }

  private static long started(PosternProcess postern) {
    return postern.errors().stream().filter(line -> line.startsWith("postern ready")).count();
  }

  @Test
  void aRestartRefusesNobody() throws IOException {
    String file =
        config(
            """
            listeners:
              edge: {bind: systemd:edge}
            health: {bind: systemd:health}
            """);
    try (PosternProcess postern =
        SocketManager.start("health=listening,edge=listening", 2, "run", "-c", file)) {
      InetSocketAddress edge = postern.awaitListener("edge");
      assertThat(postern.awaitError("postern ready")).endsWith("(1 event loops, epoll)");
      isServed(edge);
      postern.signal("TERM");
      while (started(postern) < 2) {
        isServed(edge); // by the one, or, after a while in the queue of the socket, by the other
      }
      isServed(edge);
      postern.signal("TERM");
      assertThat(postern.awaitExit()).isZero();
    }
  }

  @Test
  void eachSocketThatCannotBeListenedOnIsAProblem() throws IOException {
    String file =
        config(
            """
            listeners:
              edge: {bind: systemd:edge}
              slow: {bind: systemd:slow}
              none: {bind: systemd:none}
            """);
    try (PosternProcess postern =
        SocketManager.start("edge=datagrams,slow=blocking", 1, "run", "-c", file)) {
      assertThat(postern.awaitExit()).isEqualTo(1);
      assertThat(postern.errors())
          .containsExactly(
              file
                  + ":2:16: listeners.edge.bind: descriptor 3 of this name is no TCP socket that listens (expected: ListenStream= with an address and a port, and Accept=no)",
              file
                  + ":3:16: listeners.slow.bind: descriptor 4 of this name blocks who accepts (expected: NonBlocking=yes in the unit of the service)",
              file
                  + ":4:16: listeners.none.bind: systemd passed no socket of this name (expected: one of edge, slow)");
    }
  }

  @Test
  void aSocketThatNothingListensOnIsAWarning() throws IOException {
    String file = config("listeners: {edge: {bind: systemd:edge}}\n");
    try (PosternProcess postern =
        SocketManager.start("edge=listening,other=listening", 1, "run", "-c", file)) {
      isServed(postern.awaitListener("edge"));
      postern.awaitError("systemd passed other, and no bind is systemd:other");
    }
  }

  @Test
  void aCheckNeedsNoSockets() throws IOException {
    String file = config("listeners: {edge: {bind: systemd:edge}}\n");
    try (PosternProcess check = PosternProcess.start("check", "--strict", "-c", file)) {
      assertThat(check.awaitExit()).isZero();
    }
    try (PosternProcess run = PosternProcess.start("run", "-c", file)) {
      assertThat(run.awaitExit()).isEqualTo(1);
      assertThat(run.errors())
          .containsExactly(
              file
                  + ":1:26: listeners.edge.bind: no socket was passed to this process (expected: a start by systemd, and a socket unit with FileDescriptorName=edge)");
    }
  }
}
