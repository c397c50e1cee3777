package io.postern.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.util.concurrent.Ticker;
import io.postern.config.AccessLogConfig;
import io.postern.config.Configs;
import io.postern.http.DownstreamConnection;
import io.postern.testkit.Await;
import io.postern.testkit.LogLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessLogTest {

  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);

  private final DownstreamConnection connection = Records.connection(null);

  @TempDir Path directory;

  @Test
  void aRecordIsWrittenSoonWithoutAnyoneClosing() throws IOException {
    try (AccessLog log = AccessLog.open(toFile())) {
      log.accept(Records.at(connection, "/first"));
      Await.until("the first line", () -> paths(file()).equals(List.of("/first")));

      // The writer is idle by now, or naps: both must end.
      log.accept(Records.at(connection, "/second"));
      Await.until("the second line", () -> paths(file()).equals(List.of("/first", "/second")));
    }
  }

  @Test
  void closeWritesWhatWaitsAndWhatComesLaterIsDropped() throws IOException {
    AccessLog log = AccessLog.open(toFile());
    for (int i = 0; i < 5_000; i++) {
      log.accept(Records.at(connection, "/" + i));
    }
    log.close();
    log.accept(Records.at(connection, "/late"));

    assertThat(paths(file())).hasSize(5_000).startsWith("/0").endsWith("/4999");
    assertThat(log.dropped()).isEqualTo(1);
  }

  @Test
  void ofOneThatGoesNowhereNothingIsLost() throws IOException {
    AccessLog log = AccessLog.open(Configs.accessLog("to: none"));
    log.close();
    for (int i = 0; i < 100_000; i++) {
      log.accept(Records.at(connection, "/"));
    }
    assertThat(log.dropped()).isZero();
  }

  @Test
  void aLogThatIsThereIsAppendedTo() throws IOException {
    Files.writeString(file(), "{\"path\":\"/old\"}\n");
    try (AccessLog log = AccessLog.open(toFile())) {
      log.accept(Records.at(connection, "/new"));
    }

    assertThat(paths(file())).containsExactly("/old", "/new");
  }

  @Test
  void aFileThatCannotBeOpenedIsAnErrorAtOnce() {
    AccessLogConfig config = Configs.accessLogTo(directory.resolve("absent/access.log"));

    assertThatThrownBy(() -> AccessLog.open(config))
        .isInstanceOf(IOException.class)
        .hasMessageEndingWith("absent/access.log: there is no such folder");
  }

  @Test
  void producersOnManyThreadsLoseNothingBelowTheBound() throws Exception {
    int producers = 4;
    int each = 4_000;
    try (AccessLog log = AccessLog.open(toFile())) {
      List<Thread> threads = new ArrayList<>();
      for (int p = 0; p < producers; p++) {
        String prefix = "/" + p + "/";
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      for (int i = 0; i < each; i++) {
                        log.accept(Records.at(connection, prefix + i));
                      }
                    }));
      }
      for (Thread thread : threads) {
        assertThat(thread.join(CLOSE_LIMIT)).isTrue();
      }
      assertThat(log.dropped()).isZero();
    }

    List<String> paths = paths(file());
    assertThat(paths).hasSize(producers * each).doesNotHaveDuplicates();
    assertThat(paths.stream().filter(path -> path.startsWith("/2/")))
        .as("those of one producer keep their order")
        .startsWith("/2/0", "/2/1", "/2/2")
        .endsWith("/2/" + (each - 1));
  }

  @Test
  void reopenAfterARenameWritesToTheNewFile() throws IOException {
    Path rotated = directory.resolve("access.log.1");
    try (AccessLog log = AccessLog.open(toFile())) {
      log.accept(Records.at(connection, "/before"));
      Await.until("the line before", () -> paths(file()).equals(List.of("/before")));
      Files.move(file(), rotated);
      log.accept(Records.at(connection, "/meanwhile"));
      Await.until("a line in the renamed", () -> paths(rotated).contains("/meanwhile"));

      log.reopen();
      Await.until("the new file", () -> Files.exists(file()));
      log.accept(Records.at(connection, "/after"));
    }

    assertThat(paths(rotated)).containsExactly("/before", "/meanwhile");
    assertThat(paths(file())).containsExactly("/after");
  }

  @Test
  void aReopenThatFailsKeepsTheOldFileAndSaysSo() throws IOException {
    Path folder = Files.createDirectory(directory.resolve("logs"));
    Path file = folder.resolve("access.log");
    Path moved = directory.resolve("moved");
    try (LogLines warnings = LogLines.warningsOf(AccessLog.class)) {
      try (AccessLog log = AccessLog.open(Configs.accessLogTo(file))) {
        Files.move(folder, moved);
        log.reopen();
        Await.until("the warning", () -> !warnings.all().isEmpty());
        log.accept(Records.at(connection, "/kept"));
      }
      assertThat(warnings.all()).singleElement().asString().contains("goes on in its old file");
    }
    assertThat(paths(moved.resolve("access.log"))).containsExactly("/kept");
  }

  @Test
  void closeDoesNotWaitForEverForAWriteThatHangs() throws IOException {
    TestTarget target = new TestTarget();
    target.block();
    AccessLog log = target.log(64, Ticker.newMockTicker(), Duration.ofMillis(50));
    try (LogLines warnings = LogLines.warningsOf(AccessLog.class)) {
      log.accept(Records.at(connection, "/stuck"));
      target.awaitBlocked();
      log.accept(Records.at(connection, "/queued"));
      log.close();

      assertThat(warnings.all())
          .containsExactly("The access log was left with about 1 records unwritten");
    } finally {
      target.unblock();
    }
    Await.until("the rest, once the write went on", () -> target.paths().size() == 2);
  }

  @Test
  void ofTheGoodOnesAShareHasALineAndOfTheOthersAll() throws IOException {
    TestTarget target = new TestTarget();
    try (AccessLog log =
        target.log("sample: 10%", 16 * 1024, Ticker.newMockTicker(), CLOSE_LIMIT)) {
      for (int i = 0; i < 5_000; i++) {
        log.accept(Records.at(connection, "/good"));
        log.accept(Records.failed(connection, "/failed"));
      }
    }

    List<String> paths = target.paths();
    assertThat(paths.stream().filter(path -> path.equals("/failed"))).hasSize(5_000);
    assertThat(paths.stream().filter(path -> path.equals("/good")).count()).isBetween(400L, 600L);
  }

  @Test
  void ofNothingThatIsGoodNothingIsWritten() throws IOException {
    TestTarget target = new TestTarget();
    try (AccessLog log = target.log("sample: 0%", 16 * 1024, Ticker.newMockTicker(), CLOSE_LIMIT)) {
      for (int i = 0; i < 10_000; i++) {
        log.accept(Records.at(connection, "/good"));
      }
      log.accept(Records.failed(connection, "/failed"));
      Await.until("the one that failed", () -> target.paths().equals(List.of("/failed")));
      assertThat(log.dropped()).isZero();
    }
  }

  @Test
  void theOtherFormatTellsOfAGapAsWell() throws IOException {
    TestTarget target = new TestTarget();
    target.block();
    try (AccessLog log = target.log("format: haproxy", 2, Ticker.newMockTicker(), CLOSE_LIMIT)) {
      log.accept(Records.at(connection, "/first"));
      target.awaitBlocked();
      for (int i = 0; i < 5; i++) {
        log.accept(Records.at(connection, "/more"));
      }
      target.unblock();
    }

    List<String> lines = target.text().lines().toList();
    assertThat(lines).hasSize(4);
    assertThat(lines.get(1)).isEqualTo("3 records were dropped");
    assertThat(lines.get(2)).startsWith("192.0.2.7:50000 [").endsWith(" \"<BADREQ>\"");
  }

  private Path file() {
    return directory.resolve("access.log");
  }

  private AccessLogConfig toFile() {
    return Configs.accessLogTo(file());
  }

  private static List<String> paths(Path file) throws IOException {
    List<String> paths = new ArrayList<>();
    String text = Files.readString(file);
    for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
      JsonNode json = new ObjectMapper().readTree(line);
      paths.add(json.get("path").asText());
    }
    return paths;
  }
}
