package io.postern.interop;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The client and the server of gRPC's interoperation tests, each a process of its own, over TLS
 * through Postern.
 */
class GrpcTest {

  /** What Postern speaks to the server. */
  private enum Upstream {
    H2C,
    H2
  }

  /**
   * All that need no cloud and pass without a proxy. The two that first probe for a feature do not:
   * this server lacks it, and they are here as {@code _noprobe}.
   */
  private static final List<String> CASES =
      List.of(
          "empty_unary",
          "large_unary",
          "client_compressed_unary_noprobe",
          "server_compressed_unary",
          "client_streaming",
          "client_compressed_streaming_noprobe",
          "server_streaming",
          "server_compressed_streaming",
          "ping_pong",
          "empty_stream",
          "custom_metadata",
          "status_code_and_message",
          "special_status_message",
          "unimplemented_method",
          "unimplemented_service",
          "cancel_after_begin",
          "cancel_after_first_response",
          "timeout_on_sleeping_server",
          "very_large_request");

  private static final String HOST = "foo.test.google.fr";
  private static final Pattern STARTED = Pattern.compile("Server started on port (\\d+)");

  @TempDir private static Path folder;

  private static final List<Program> running = new ArrayList<>();
  private static final Map<Upstream, Program> posterns = new EnumMap<>(Upstream.class);

  @BeforeAll
  static void start() throws IOException {
    Identity identity = new Identity(certificate("server1.pem"), certificate("server1.key"));
    Path authority = certificate("ca.pem");
    for (Upstream upstream : Upstream.values()) {
      Program server = keep(server(upstream));
      String address = "servers: [{address: 127.0.0.1:%d}]".formatted(server.port());
      String pool =
          switch (upstream) {
            case H2C -> "{protocol: h2c, %s}".formatted(address);
            case H2 ->
                "{protocol: h2, tls: {trust: %s, serverName: %s}, %s}"
                    .formatted(authority, HOST, address);
          };
      Path own = Files.createDirectory(folder.resolve(upstream.name()));
      posterns.put(upstream, keep(Postern.start(own, identity, pool)));
    }
  }

  /** The certificates that the client trusts come with gRPC's tests. */
  private static Path certificate(String name) throws IOException {
    Path file = folder.resolve(name);
    try (InputStream in = GrpcTest.class.getResourceAsStream("/certs/" + name)) {
      Files.copy(Objects.requireNonNull(in), file);
    }
    return file;
  }

  private static Program server(Upstream upstream) throws IOException {
    return Program.start(
        STARTED,
        java(
            "TestServiceServer", "--port=" + freePort(), "--use_tls=" + (upstream == Upstream.H2)));
  }

  private static int freePort() throws IOException {
    try (var socket = new java.net.ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static Program keep(Program program) {
    running.addFirst(program);
    return program;
  }

  @AfterAll
  static void stop() {
    running.forEach(Program::close);
  }

  private static Stream<Arguments> cases() {
    return Stream.of(Upstream.values())
        .flatMap(upstream -> CASES.stream().map(name -> Arguments.of(upstream, name)));
  }

  @ParameterizedTest(name = "{1} over {0}")
  @MethodSource("cases")
  void passes(Upstream upstream, String testCase) throws IOException, InterruptedException {
    Commands.run(
        java(
            "TestServiceClient",
            "--server_host=localhost",
            "--server_port=" + posterns.get(upstream).port(),
            "--server_host_override=" + HOST,
            "--use_tls=true",
            "--use_test_ca=true",
            "--test_case=" + testCase));
  }

  private static List<String> java(String main, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    // They live for seconds.
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("--enable-native-access=ALL-UNNAMED"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add("io.grpc.testing.integration." + main);
    command.addAll(List.of(arguments));
    return command;
  }
}
