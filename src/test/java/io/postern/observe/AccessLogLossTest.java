package io.postern.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import io.postern.http.DownstreamConnection;
import io.postern.testkit.Await;
import io.postern.testkit.LogLines;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is lost is counted and told, and nothing more is lost than must be. */
class AccessLogLossTest {

  private static final int CAPACITY = 64;

  private final DownstreamConnection connection = Records.connection(null);
  private final TestTarget target = new TestTarget();
  private final MockTicker ticker = Ticker.newMockTicker();
  private final LogLines warnings = LogLines.warningsOf(AccessLog.class);
  private AccessLog log;

  @BeforeEach
  void open() throws IOException {
    log = target.log(CAPACITY, ticker, Duration.ofSeconds(10));
  }

  @AfterEach
  void close() {
    target.unblock();
    log.close();
    warnings.close();
  }

  @Test
  void whatFindsNoRoomIsDroppedCountedAndToldInTheLog() throws IOException {
    overflow("/a", 7);

    assertThat(log.dropped()).isEqualTo(7);
    drain("/a");
    log.accept(Records.at(connection, "/after"));
    Await.until("the line after the gap", () -> target.paths().contains("/after"));

    List<String> paths = target.paths();
    assertThat(paths).hasSize(1 + 1 + CAPACITY + 1).startsWith("/a", "-7", "/a0");
    assertThat(paths).endsWith("/a" + (CAPACITY - 1), "/after");
    Await.until("the warning", () -> !warnings.all().isEmpty());
    assertThat(warnings.all())
        .containsExactly("The access log lost 7 records: the writer did not keep up");
  }

  @Test
  void theWarningComesOnceInTenSeconds() throws IOException {
    overflow("/a", 1);
    drain("/a");
    Await.until("the first warning", () -> warnings.all().size() == 1);

    overflow("/b", 2);
    drain("/b");
    assertThat(target.paths()).contains("-2");
    flush("/quiet");
    assertThat(warnings.all()).hasSize(1);

    ticker.advance(10, TimeUnit.SECONDS);
    flush("/loud");
    Await.until("the second warning", () -> warnings.all().size() == 2);
    assertThat(warnings.all().getLast()).startsWith("The access log lost 2 records");
  }

  @Test
  void aWriteThatFailsIsCountedAndTheNextStartsOnALineOfItsOwn() {
    target.fail(true);
    log.accept(Records.at(connection, "/lost"));
    Await.until("the count", () -> log.dropped() == 1);
    Await.until("the warning", () -> !warnings.all().isEmpty());
    target.fail(false);
    log.accept(Records.at(connection, "/next"));
    Await.until("the next line", () -> target.text().contains("/next"));

    List<String> lines = target.text().lines().toList();
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).isEqualTo("{\"time\":\"2");
    assertThat(lines.get(1)).endsWith("\"dropped\":1}");
    assertThat(lines.get(2)).contains("\"path\":\"/next\"");
    assertThat(warnings.all())
        .containsExactly("The access log lost 1 records: No space left on device");
  }

  @Test
  void aRecordThatCannotBeFormattedTakesNoOtherWithIt() throws IOException {
    ExchangeRecord broken = Records.at(connection, "/broken");
    broken.authority = new Broken().authority;
    target.block();
    log.accept(Records.at(connection, "/first"));
    target.awaitBlocked();
    log.accept(Records.at(connection, "/second"));
    log.accept(broken);
    log.accept(Records.at(connection, "/third"));
    target.unblock();
    Await.until("the third line", () -> target.paths().contains("/third"));

    assertThat(target.paths()).containsExactly("/first", "/second", "/third");
    assertThat(log.dropped()).isEqualTo(1);
  }

  /** Fills the queue behind a write that hangs, and then offers some more. */
  private void overflow(String path, int more) {
    target.block();
    log.accept(Records.at(connection, path));
    target.awaitBlocked();
    for (int i = 0; i < CAPACITY + more; i++) {
      log.accept(Records.at(connection, path + i));
    }
  }

  private void drain(String path) {
    target.unblock();
    Await.until("all that waited", () -> target.paths().contains(path + (CAPACITY - 1)));
  }

  private void flush(String path) {
    log.accept(Records.at(connection, path));
    Await.until("the line of " + path, () -> target.paths().contains(path));
  }

  /** A null where none may be. */
  private static final class Broken {
    @SuppressWarnings("NullAway") // That is the point.
    final AsciiString authority = null;
  }
}
