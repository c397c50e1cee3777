package io.postern.observe;

import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How late an event loop is: four times a second a task that is due is held against the clock. What
 * a task of the loop waits, every connection of the loop waits.
 *
 * <p>Runs on the loop that it watches, until that ends.
 */
public final class LoopLag implements Runnable {

  private static final long EVERY_NANOS = 250_000_000;

  private final EventLoop loop;
  private final Histogram delays;
  private long due;

  private LoopLag(EventLoop loop, Histogram delays) {
    this.loop = loop;
    this.delays = delays;
  }

  /** Watches the loops from now on, and makes that known. */
  public static void describe(Metrics metrics, List<EventLoop> loops) {
    List<Histogram> delays = loops.stream().map(loop -> Histogram.ofLag()).toList();
    for (int i = 0; i < loops.size(); i++) {
      loops.get(i).execute(new LoopLag(loops.get(i), delays.get(i))::begin);
    }
    metrics.histograms(
        "postern_event_loop_lag_seconds",
        "How late a task of an event loop ran that was due, looked at four times a second.",
        List.of("loop"),
        histograms -> {
          for (int i = 0; i < delays.size(); i++) {
            histograms.add(delays.get(i), Integer.toString(i));
          }
        });
  }

  private void begin() {
    due = loop.ticker().nanoTime() + EVERY_NANOS;
    if (!loop.isShuttingDown()) {
      loop.schedule(this, EVERY_NANOS, TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public void run() {
    delays.record(loop.ticker().nanoTime() - due);
    begin();
  }
}
