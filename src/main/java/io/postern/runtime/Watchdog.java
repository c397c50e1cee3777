package io.postern.runtime;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import io.netty.util.concurrent.SingleThreadEventExecutor;
import io.postern.http.LoopContext;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the service manager that the process gets on, in rounds: every event loop is asked to run a
 * task, and when the last one has, the manager is told. The next round begins after a quarter of
 * its patience. So a loop that is slow makes the word late, and one that hangs for three quarters
 * of the patience or longer, while all others may work, is a process that is ended and started
 * anew. A process that as a whole stands still says nothing either.
 *
 * <p>Runs on the side loop, until that ends.
 */
final class Watchdog implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);

  private final EventLoop side;
  private final List<EventLoop> loops;
  private final ServiceNotifier manager;
  private final Duration patience;
  private final BitSet missing = new BitSet();
  private @Nullable ScheduledFuture<?> late;

  private Watchdog(
      EventLoop side, List<EventLoop> loops, ServiceNotifier manager, Duration patience) {
    this.side = side;
    this.loops = loops;
    this.manager = manager;
    this.patience = patience;
  }

  /** Watches the loops from now on, where the manager watches us. */
  static void start(EventLoops loops, ServiceNotifier manager) {
    Duration patience = manager.patience();
    if (patience != null) {
      EventLoop side = loops.side().loop();
      List<EventLoop> ofClients = loops.contexts().stream().map(LoopContext::loop).toList();
      side.execute(new Watchdog(side, ofClients, manager, patience));
    }
  }

  @Override
  public void run() {
    missing.set(0, loops.size());
    late = side.schedule(this::complain, patience.toNanos() / 2, TimeUnit.NANOSECONDS);
    try {
      for (int i = 0; i < loops.size(); i++) {
        int index = i;
        loops.get(i).execute(() -> side.execute(() -> answered(index)));
      }
    } catch (RejectedExecutionException ending) {
      late.cancel(false); // and no round follows: what is left of the end is bounded
    }
  }

  private void answered(int index) {
    missing.clear(index);
    if (missing.isEmpty()) {
      if (late != null) {
        late.cancel(false);
      }
      manager.alive();
      side.schedule(this, patience.toNanos() / 4, TimeUnit.NANOSECONDS);
    }
  }

  /** While there is somebody left to say it: where a loop hangs is gone with the process. */
  private void complain() {
    missing.stream()
        .forEach(
            index -> {
              LOG.error(
                  "event loop {} has not got to a task for {} s: where that goes on, the service"
                      + " manager ends the process",
                  index,
                  patience.toMillis() / 2000.0);
              LOG.error("event loop {} is at {}", index, trace(loops.get(index)));
            });
  }

  private static String trace(EventLoop loop) {
    StringBuilder trace = new StringBuilder();
    if (loop instanceof SingleThreadEventExecutor executor) {
      for (StackTraceElement each : executor.threadProperties().stackTrace()) {
        trace.append("\n    ").append(each);
      }
    }
    return trace.toString();
  }
}
