package io.postern.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.postern.config.ProcessConfig.Transport;
import io.postern.http.WindowBudget;
import io.postern.testkit.Await;
import io.postern.testkit.LogLines;
import io.postern.testkit.NotifySocket;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The service manager hears of the process while all of its event loops get on, and only then. */
class WatchdogTest {

  private static final String PATIENCE_MICROS = "4000000";

  private static ServiceNotifier notifier(NotifySocket manager, String pid, String micros) {
    return ServiceNotifier.of(
        Map.of("NOTIFY_SOCKET", manager.name(), "WATCHDOG_USEC", micros, "WATCHDOG_PID", pid),
        7,
        System::nanoTime);
  }

  private static NotifySocket manager() {
    return NotifySocket.open("@postern/watchdog-test/" + UUID.randomUUID());
  }

  private static void end(EventLoops loops) {
    Await.result("the end", loops.group().shutdownGracefully());
    Await.result("the end", loops.side().loop().parent().shutdownGracefully());
  }

  private static void block(EventLoop loop, CountDownLatch release) {
    CountDownLatch blocked = new CountDownLatch(1);
    loop.execute(
        () -> {
          blocked.countDown();
          Await.latch("the release", release);
        });
    Await.latch("the loop is blocked", blocked);
  }

  private static int messages(NotifySocket manager) {
    int count = 0;
    while (manager.poll() != null) {
      count++;
    }
    return count;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void oneLoopThatHangsIsEnough(int hanging) {
    EventLoops loops = EventLoops.start(Transport.NIO, 2, new WindowBudget(0));
    CountDownLatch release = new CountDownLatch(1);
    try (NotifySocket manager = manager();
        LogLines errors = LogLines.warningsOf(Watchdog.class)) {
      Watchdog.start(loops, notifier(manager, "7", PATIENCE_MICROS));
      assertThat(manager.await()).isEqualTo("WATCHDOG=1");
      assertThat(manager.await()).isEqualTo("WATCHDOG=1");
      block(loops.contexts().get(hanging).loop(), release);
      messages(manager);
      errors.await("event loop " + hanging + " is at", 1);
      assertThat(messages(manager)).as("of a round that had begun before").isLessThanOrEqualTo(1);
      release.countDown();
      assertThat(manager.await()).isEqualTo("WATCHDOG=1");
    } finally {
      release.countDown();
      end(loops);
    }
  }

  @Test
  void theSideLoopIsOneOfThem() {
    EventLoops loops = EventLoops.start(Transport.NIO, 1, new WindowBudget(0));
    CountDownLatch release = new CountDownLatch(1);
    try (NotifySocket manager = manager()) {
      block(loops.side().loop(), release);
      Watchdog.start(loops, notifier(manager, "7", PATIENCE_MICROS));
      assertThat(manager.poll()).isNull();
      release.countDown();
      assertThat(manager.await()).isEqualTo("WATCHDOG=1");
    } finally {
      release.countDown();
      end(loops);
    }
  }

  @Test
  void whoIsNotWatchedSaysNothing() {
    try (NotifySocket manager = manager()) {
      assertThat(notifier(manager, "7", "1500000").patience()).hasMillis(1500);
      assertThat(notifier(manager, "8", PATIENCE_MICROS).patience()).isNull();
      assertThat(notifier(manager, "7", "0").patience()).isNull();
      assertThat(notifier(manager, "7", "soon").patience()).isNull();
      Map<String, String> unwatched = Map.of("NOTIFY_SOCKET", manager.name());
      assertThat(ServiceNotifier.of(unwatched, 7, System::nanoTime).patience()).isNull();
    }
  }
}
