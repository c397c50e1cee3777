package io.postern.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import io.postern.config.AccessLogConfig;
import io.postern.config.Configs;
import io.postern.http.DownstreamConnection;
import io.postern.testkit.Await;
import io.postern.testkit.ClosedPort;
import io.postern.testkit.LogLines;
import io.postern.testkit.SyslogReceiver;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines of the access log as messages of syslog, on real sockets. */
class SyslogTest {

  private static final Pattern MESSAGE =
      Pattern.compile(
          "<(\\d+)>1 \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,3})?Z [!-~]+ ([!-~]+) "
              + ProcessHandle.current().pid()
              + " access - (.*)");

  private static final Pattern LOCAL_MESSAGE =
      Pattern.compile(
          "<(\\d+)>[A-Z][a-z]{2} [ 123]\\d \\d\\d:\\d\\d:\\d\\d ([!-~]+)\\["
              + ProcessHandle.current().pid()
              + "]: (.*)");

  private final DownstreamConnection connection = Records.connection(null);
  private final MockTicker ticker = Ticker.newMockTicker();

  /** Where a server was that is away. */
  private InetSocketAddress away = new InetSocketAddress(0);

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"udp", "tcp", "unix"})
  void eachLineIsAMessage(String transport) throws IOException {
    List<String> paths = IntStream.range(0, 200).mapToObj(i -> "/" + i).toList();
    try (SyslogReceiver receiver = receiver(transport);
        AccessLog log = open("to: syslog, syslog: {server: '" + receiver.server() + "'}")) {
      paths.forEach(path -> log.accept(Records.at(connection, path)));
      Await.until("all of them", () -> paths(receiver.messages()).equals(paths));

      assertThat(receiver.messages()).allMatch(message -> message.startsWith("<134>"));
      assertThat(log.dropped()).isZero();
    }
  }

  private SyslogReceiver receiver(String transport) throws IOException {
    return switch (transport) {
      case "udp" -> SyslogReceiver.udp();
      case "tcp" -> SyslogReceiver.tcp();
      default -> SyslogReceiver.unix(directory.resolve("log"));
    };
  }

  @Test
  void aMessageSaysOfItselfWhatIsConfigured() throws IOException {
    try (SyslogReceiver receiver = SyslogReceiver.tcp();
        AccessLog log =
            open(
                "format: haproxy, to: syslog, syslog: {server: '%s', facility: local7, severity: err, appName: edge}"
                    .formatted(receiver.server()))) {
      log.accept(Records.at(connection, "/"));
      Await.until("a message", () -> !receiver.messages().isEmpty());

      Matcher message = MESSAGE.matcher(receiver.messages().getFirst());
      assertThat(message.matches()).isTrue();
      assertThat(message.group(1)).as("23 * 8 + 3").isEqualTo("187");
      assertThat(message.group(2)).isEqualTo("edge");
      assertThat(message.group(3)).as("syslog writes the rest").startsWith("192.0.2.7:50000 [");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "udp, '', 5424",
    "unix, '', 0",
    "unix, 'format: rfc5424', 5424",
    "tcp, 'format: local', 0"
  })
  void aMessageBeginsAsIsUsualThereOrAsIsSaid(String transport, String said, int rfc)
      throws IOException {
    try (SyslogReceiver receiver = receiver(transport);
        AccessLog log =
            open("to: syslog, syslog: {server: '%s', %s}".formatted(receiver.server(), said))) {
      log.accept(Records.at(connection, "/"));
      Await.until("a message", () -> !receiver.messages().isEmpty());
      assertThat(receiver.messages().getFirst())
          .matches(rfc == 0 ? LOCAL_MESSAGE : MESSAGE)
          .startsWith("<134>")
          .contains("postern");
    }
  }

  @Test
  void aServerThatIsAwayLosesLinesAndIsTriedAgainLater() throws IOException {
    try (LogLines warnings = LogLines.warningsOf(AccessLog.class);
        AccessLog log = openAway(warnings)) {
      try (SyslogReceiver receiver = SyslogReceiver.tcp(away.getPort())) {
        log.accept(Records.at(connection, "/too-soon"));
        Await.until("another loss", () -> log.dropped() == 2);
        assertThat(receiver.messages()).isEmpty();

        ticker.advance(100, TimeUnit.MILLISECONDS);
        log.accept(Records.at(connection, "/later"));
        Await.until(
            "what is missing, and the line",
            () -> paths(receiver.messages()).equals(List.of("-2", "/later")));
        assertThat(log.dropped()).isEqualTo(2);
      }
    }
  }

  /** A log whose server refused the first line. */
  private AccessLog openAway(LogLines warnings) throws IOException {
    try (ClosedPort closed = new ClosedPort()) {
      away = closed.address();
      AccessLog log =
          open("to: syslog, syslog: {server: 'tcp://127.0.0.1:" + away.getPort() + "'}");
      log.accept(Records.at(connection, "/lost"));
      Await.until("the loss", () -> log.dropped() == 1);
      Await.until("the warning", () -> !warnings.all().isEmpty());
      assertThat(warnings.all())
          .containsExactly(
              "The access log lost 1 records: syslog, tcp://127.0.0.1:"
                  + away.getPort()
                  + ": Connection refused");
      return log;
    }
  }

  @Test
  void aConnectionThatWasClosedMeanwhileLosesNothing() throws IOException {
    try (SyslogReceiver.Tcp receiver = SyslogReceiver.tcp();
        AccessLog log = open("to: syslog, syslog: {server: '" + receiver.server() + "'}")) {
      log.accept(Records.at(connection, "/first"));
      Await.until("the first", () -> paths(receiver.messages()).equals(List.of("/first")));
      receiver.closeConnections();

      log.accept(Records.at(connection, "/second"));
      Await.until("both", () -> paths(receiver.messages()).equals(List.of("/first", "/second")));
      assertThat(receiver.connections()).isEqualTo(2);
      assertThat(log.dropped()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "unix"})
  void aServerThatDoesNotReadLosesLinesAndHoldsUpNobody(String transport) throws IOException {
    try (LogLines warnings = LogLines.warningsOf(AccessLog.class);
        SyslogReceiver receiver = receiver(transport);
        AccessLog log = open("to: syslog, syslog: {server: '" + receiver.server() + "'}")) {
      String target = "/" + "x".repeat(20 * 1024);
      for (int i = 0; i < 2_000; i++) {
        log.accept(Records.at(connection, target));
      }
      Await.until("a loss", () -> log.dropped() > 0);
      Await.until("the warning", () -> !warnings.all().isEmpty());
      assertThat(warnings.all().getFirst()).contains("it does not read for ");
    }
  }

  @Test
  void whoFindsNobodyByUdpCountsWhatIsLost() throws IOException {
    try (ClosedPort closed = new ClosedPort();
        AccessLog log =
            open(
                "to: syslog, syslog: {server: 'udp://127.0.0.1:"
                    + closed.address().getPort()
                    + "'}")) {
      log.accept(Records.at(connection, "/lost"));
      Await.until(
          "the loss, which the next one is told of",
          () -> {
            log.accept(Records.at(connection, "/next"));
            return log.dropped() > 0;
          });
    }
  }

  @Test
  void aLineThatIsTooLongForADatagramIsLostAlone() throws IOException {
    try (SyslogReceiver receiver = SyslogReceiver.udp();
        AccessLog log = open("to: syslog, syslog: {server: '" + receiver.server() + "'}")) {
      log.accept(Records.at(connection, "/first"));
      log.accept(Records.at(connection, "/" + "x".repeat(65 * 1024)));
      log.accept(Records.at(connection, "/third"));
      Await.until(
          "the others", () -> paths(receiver.messages()).containsAll(List.of("/first", "/third")));
      Await.until("the count", () -> log.dropped() == 1);
      log.accept(Records.at(connection, "/fourth"));
      Await.until("the gap is told", () -> paths(receiver.messages()).contains("-1"));
    }
  }

  @Test
  void aSocketThatIsThereLaterIsFound() throws IOException {
    Path path = directory.resolve("log");
    try (AccessLog log = open("to: syslog, syslog: {server: 'unix:" + path + "'}")) {
      log.accept(Records.at(connection, "/lost"));
      Await.until("the loss", () -> log.dropped() == 1);
      try (SyslogReceiver receiver = SyslogReceiver.unix(path)) {
        ticker.advance(100, TimeUnit.MILLISECONDS);
        log.accept(Records.at(connection, "/found"));
        Await.until(
            "the gap and the line",
            () -> paths(receiver.messages()).equals(List.of("-1", "/found")));
      }
    }
  }

  private AccessLog open(String keys) throws IOException {
    AccessLogConfig config = Configs.accessLog(keys);
    return new AccessLog(
        LogTarget.syslog(config.syslog(), ticker),
        AccessLine.of(config),
        new Sampling(config.sample(), new SplittableRandom(1)),
        16 * 1024,
        ticker,
        Duration.ofSeconds(10));
  }

  /** What was asked for by each message, or how many are missing. */
  private static List<String> paths(List<String> messages) throws IOException {
    List<String> paths = new ArrayList<>();
    for (String each : messages) {
      Matcher message = (each.matches("<\\d+>1 .*") ? MESSAGE : LOCAL_MESSAGE).matcher(each);
      assertThat(message.matches()).as(each).isTrue();
      var json = new ObjectMapper().readTree(message.group(3));
      paths.add(json.has("dropped") ? "-" + json.get("dropped") : json.get("path").asText());
    }
    return paths;
  }
}
