package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Behaviour.Raw;
import io.postern.testkit.BrowserFields;
import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.LoopAllocation;
import io.postern.testkit.PosternProcess;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.ScriptedServer;
import java.io.IOException;
import java.io.Reader;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How many bytes the event loop allocates for a request on a kept connection, held against a budget
 * that stands beside the tests: whoever makes it 10 % more is told so, and so is whoever makes it
 * 10 % less, or what was saved would be spent again unseen.
 *
 * <p>The program runs in a process of its own whose code C1 alone compiles: that leaves out no
 * allocation, where C2 does once it has got so far. The figures are more than what is allocated in
 * production, but the same in each run, whatever else the machine does.
 */
class AllocationTest {

  private static final Path BUDGET = Path.of("src/test/resources/allocation.properties");

  /** In percent, either way. */
  private static final double TOLERANCE = 10;

  private static final int WARM_UP = 100;
  private static final int MEASURED = 60;

  /** C1 has compiled all of it within the warm-up; a leak detector would look at some buffers. */
  private static final Map<String, String> PREDICTABLE =
      Map.of(
          "JDK_JAVA_OPTIONS",
          "-XX:TieredStopAtLevel=1 -XX:Tier3InvocationThreshold=20"
              + " -XX:Tier3MinInvocationThreshold=10 -XX:Tier3CompileThreshold=20"
              + " -XX:-BackgroundCompilation -XX:+UseSerialGC -Xmx256m"
              + " -Dio.netty.leakDetection.level=disabled");

  private static final Raw ANSWER =
      new Raw(
          "HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Thu, 26 Nov 2026 12:00:00 GMT\r\n"
              + "Content-Type: text/plain\r\nContent-Length: 24\r\n\r\n"
              + "x".repeat(24),
          List.of());

  /** A kind of request; its fields stand beside the host and are those of a browser. */
  private enum Kind {
    H1_SMALL(Protocol.H1, 3),
    H1_FIELDS(Protocol.H1, BrowserFields.ALL),
    H2_SMALL(Protocol.H2, 3);

    private final Protocol protocol;
    private final String[] fields;

    Kind(Protocol protocol, int fields) {
      this.protocol = protocol;
      this.fields =
          BrowserFields.first(fields).stream()
              .flatMap(field -> Stream.of(field.name(), field.value()))
              .toArray(String[]::new);
    }

    Caller connect(InetSocketAddress address) {
      Caller caller = protocol.connect(address, "localhost");
      if (protocol == Protocol.H2) {
        // Windows that are given back would come as frames before some of the requests.
        caller.h2().givesBack(false).widen(1 << 30);
      }
      return caller;
    }

    void request(Caller caller) {
      assertThat(caller.call("GET", "localhost", "/", fields).answer().status()).isEqualTo(200);
    }

    /** As it is called in the budget. */
    String key() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /** What a request of a kind allocates, in bytes, and what it may. */
  private record Figure(Kind kind, long measured, long budget) {

    double percent() {
      return 100.0 * (measured - budget) / budget;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "a request %s allocates %d bytes, %+.1f %% to the budget of %d",
          kind.key(),
          measured,
          percent(),
          budget);
    }
  }

  @TempDir private Path directory;

  @Test
  void aRequestAllocatesWhatItsBudgetSays() throws IOException {
    List<Figure> figures = figures();
    figures.forEach(System.out::println);

    assertThat(figures)
        .as(
            "10 %% more: what allocates is found as CONTRIBUTING.md says. If it is meant, or where"
                + " it is 10 %% less, %s becomes%n%s%n",
            BUDGET, budgetOf(figures))
        .allSatisfy(figure -> assertThat(figure.percent()).isBetween(-TOLERANCE, TOLERANCE));
  }

  private List<Figure> figures() throws IOException {
    Properties budget = new Properties();
    try (Reader in = Files.newBufferedReader(BUDGET)) {
      budget.load(in);
    }
    List<Figure> figures = new ArrayList<>();
    try (ScriptedServer server = ScriptedServer.start(ANSWER);
        PosternProcess postern =
            PosternProcess.start(PREDICTABLE, "run", "-c", config(server.port()))) {
      InetSocketAddress address = postern.awaitListener("edge");
      for (Kind kind : Kind.values()) {
        warmUp(kind, address);
      }
      try (LoopAllocation allocation = LoopAllocation.of(postern.pid())) {
        for (Kind kind : Kind.values()) {
          long measured = measure(kind, address, allocation);
          figures.add(new Figure(kind, measured, Long.parseLong(budget.getProperty(kind.key()))));
        }
      }
    }
    return figures;
  }

  private String config(int server) {
    return ProxyUnderTest.write(
        """
        listeners:
          edge: {bind: "127.0.0.1:0", tls: {certificates: [@CERTIFICATES@]}}
        routes:
          - {name: all, pool: app}
        pools:
          app: {servers: [{address: "127.0.0.1:%d"}]}
        accessLog: {to: file, file: access.log}
        admin: {bind: "127.0.0.1:0"}
        process: {eventLoops: 1, transport: epoll}
        """
            .formatted(server),
        directory);
  }

  private static void warmUp(Kind kind, InetSocketAddress address) {
    try (Caller caller = kind.connect(address)) {
      for (int i = 0; i < WARM_UP; i++) {
        kind.request(caller);
      }
    }
  }

  /**
   * What nine of ten requests take at least: the tenth part leaves out what a timer allocates that
   * fires meanwhile, and reads that take so long on a busy machine that the connection has to wait.
   */
  private static long measure(Kind kind, InetSocketAddress address, LoopAllocation allocation) {
    try (Caller caller = kind.connect(address)) {
      long[] bytes = new long[MEASURED];
      for (int i = 0; i < MEASURED; i++) {
        long before = allocation.bytes();
        kind.request(caller);
        bytes[i] = allocation.bytes() - before;
      }
      Arrays.sort(bytes);
      return bytes[MEASURED / 10];
    }
  }

  private static String budgetOf(List<Figure> figures) {
    return figures.stream()
        .map(figure -> figure.kind().key() + "=" + figure.measured())
        .collect(Collectors.joining("\n"));
  }
}
