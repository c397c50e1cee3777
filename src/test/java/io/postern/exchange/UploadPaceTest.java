package io.postern.exchange;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import io.postern.config.ByteRate;
import io.postern.http.Deadlines;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class UploadPaceTest {

  /** Later than a deadline by the tick in which it is met. */
  private static final long WINDOW_MILLIS = UploadPace.WINDOW_NANOS / 1_000_000 + 50;

  private static final int ENOUGH = 5 * 1000;

  private final MockTicker ticker = Ticker.newMockTicker();
  private final EmbeddedChannel channel = EmbeddedChannel.builder().ticker(ticker).build();
  private final AtomicInteger tooSlow = new AtomicInteger();
  private final UploadPace pace =
      new UploadPace(
          new Deadlines(channel.eventLoop()), new ByteRate(1000), tooSlow::incrementAndGet);

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  @Test
  void enoughInEachWindowIsEnough() {
    pace.waitForClient(true);
    for (int window = 0; window < 5; window++) {
      pace.came(ENOUGH);
      pass(WINDOW_MILLIS);
    }
    assertThat(tooSlow).hasValue(0);
  }

  @Test
  void aByteLessIsTooSlow() {
    pace.waitForClient(true);
    pace.came(ENOUGH - 1);
    pass(WINDOW_MILLIS);
    assertThat(tooSlow).hasValue(1);
  }

  @Test
  void whatCameEarlierIsNoCredit() {
    pace.waitForClient(true);
    pace.came(100 * ENOUGH);
    pass(WINDOW_MILLIS);
    assertThat(tooSlow).hasValue(0);
    pass(WINDOW_MILLIS);
    assertThat(tooSlow).hasValue(1);
  }

  @Test
  void timeInWhichNobodyWaitsForTheClientDoesNotCount() {
    pace.waitForClient(true);
    pass(WINDOW_MILLIS / 2);
    pace.waitForClient(false);
    pass(100 * WINDOW_MILLIS);
    assertThat(tooSlow).hasValue(0);
    pace.waitForClient(true);
    pass(WINDOW_MILLIS / 4);
    assertThat(tooSlow).hasValue(0);
    pass(WINDOW_MILLIS / 2);
    assertThat(tooSlow).hasValue(1);
  }

  @Test
  void toBeToldTwiceIsToBeToldOnce() {
    pace.waitForClient(true);
    pass(WINDOW_MILLIS / 2);
    pace.waitForClient(true);
    pass(WINDOW_MILLIS / 2 + 50);
    assertThat(tooSlow).hasValue(1);
  }

  private void pass(long millis) {
    for (long passed = 0; passed < millis; passed += 50) {
      ticker.advance(50, TimeUnit.MILLISECONDS);
      channel.runScheduledPendingTasks();
    }
  }
}
