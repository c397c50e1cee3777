package io.postern.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.postern.config.Config;
import io.postern.config.Configs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which sockets were passed, and what is said of those that a config cannot listen on. */
class PassedSocketsTest {

  private static final Config EDGE =
      Configs.of(
          """
          listeners: {edge: {bind: systemd:edge}}
          routes: [{name: all, respond: {status: 204}}]
          """);

  private final List<FileDescriptor> opened = new ArrayList<>();

  @BeforeEach
  void sockets() {
    Epoll.ensureAvailability();
  }

  @AfterEach
  void close() throws IOException {
    for (FileDescriptor each : opened) {
      each.close();
    }
  }

  private <T extends FileDescriptor> T closedAfter(T descriptor) {
    opened.add(descriptor);
    return descriptor;
  }

  private static List<String> problems(Map<String, List<Integer>> byName) {
    return new PassedSockets(byName).problems(EDGE).stream().map(Object::toString).toList();
  }

  private static Map<String, String> environment(String count, String pid, String names) {
    return Map.of("LISTEN_FDS", count, "LISTEN_PID", pid, "LISTEN_FDNAMES", names);
  }

  @Test
  void namesStandInTheOrderOfTheDescriptors() {
    PassedSockets passed = PassedSockets.of(environment("4", "7", "edge:health::edge"), 7);
    assertThat(passed.unused(EDGE)).containsExactly("health", "unknown");
    assertThat(passed.problems(EDGE))
        .singleElement()
        .hasToString(
            "test.yaml:1:26: listeners.edge.bind: systemd passed 2 sockets of this name"
                + " (expected: a FileDescriptorName= of its own for each)");
    assertThat(PassedSockets.of(Map.of("LISTEN_FDS", "2", "LISTEN_PID", "7"), 7).unused(EDGE))
        .containsExactly("unknown");
  }

  @Test
  void whatIsForAnotherProcessIsNotOurs() {
    for (Map<String, String> environment :
        List.of(
            Map.<String, String>of(),
            environment("1", "8", "edge"),
            environment("", "7", "edge"),
            environment("one", "7", "edge"),
            environment("-1", "7", "edge"),
            Map.of("LISTEN_FDS", "1", "LISTEN_FDNAMES", "edge"))) {
      PassedSockets passed = PassedSockets.of(environment, 7);
      assertThat(passed.unused(EDGE)).isEmpty();
      assertThat(passed.problems(EDGE))
          .singleElement()
          .hasToString(
              "test.yaml:1:26: listeners.edge.bind: no socket was passed to this process (expected:"
                  + " a start by systemd, and a socket unit with FileDescriptorName=edge)");
    }
  }

  @Test
  void aNameThatWasNotPassedIsAProblem() {
    assertThat(problems(Map.of("http", List.of(3))))
        .containsExactly(
            "test.yaml:1:26: listeners.edge.bind: systemd passed no socket of this name (expected:"
                + " one of http)");
  }

  @Test
  void whatListensIsNone() throws IOException {
    Socket socket = closedAfter(Socket.newSocketStream());
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    socket.listen(16);
    assertThat(problems(Map.of("edge", List.of(socket.intValue())))).isEmpty();
  }

  @Test
  void whatIsNoListeningTcpSocketIsAProblem() throws IOException {
    for (FileDescriptor other :
        List.of(
            closedAfter(Socket.newSocketStream()),
            closedAfter(Socket.newSocketDgram()),
            closedAfter(Socket.newSocketDomain()),
            closedAfter(FileDescriptor.from("/dev/null")))) {
      assertThat(problems(Map.of("edge", List.of(other.intValue()))))
          .containsExactly(
              "test.yaml:1:26: listeners.edge.bind: descriptor %d of this name is no TCP socket that listens (expected: ListenStream= with an address and a port, and Accept=no)"
                  .formatted(other.intValue()));
    }
    assertThat(problems(Map.of("edge", List.of(999_999)))).hasSize(1);
  }

  @Test
  void aConfigWithoutThemAsksForNone() {
    Config other = Configs.of("{listeners: {edge: {bind: '127.0.0.1:0'}}, routes: [], pools: {}}");
    assertThat(PassedSockets.areAskedFor(other)).isFalse();
    assertThat(PassedSockets.none().problems(other)).isEmpty();
  }
}
