package io.postern.runtime;

import io.netty.channel.EventLoop;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How busy each event loop is: some times a second the processor time of its thread is held against
 * the clock. The loops themselves do nothing for it, and one that is lost in its work does not look
 * idle.
 *
 * <p>Runs on the side loop, until that ends.
 */
final class BusyWatch implements Runnable {

  private static final long EVERY_NANOS = 1_000_000_000L / LoopLoad.LOOKS_PER_SECOND;

  private final EventLoop side;
  private final List<Watched> watched;
  private long looked;

  private BusyWatch(EventLoop side, List<Watched> watched) {
    this.side = side;
    this.watched = watched;
    this.looked = side.ticker().nanoTime();
  }

  /** Watches the loops from now on; each is told what it has to do. */
  static void start(EventLoop side, ClientLoops loops) {
    List<Watched> watched = loops.loads().stream().map(Watched::new).toList();
    for (int i = 0; i < watched.size(); i++) {
      loops.loop(i).execute(watched.get(i));
    }
    BusyWatch watch = new BusyWatch(side, watched);
    side.scheduleWithFixedDelay(watch, EVERY_NANOS, EVERY_NANOS, TimeUnit.NANOSECONDS);
  }

  @Override
  public void run() {
    long now = side.ticker().nanoTime();
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    for (Watched each : watched) {
      each.look(threads, now - looked);
    }
    looked = now;
  }

  /** One loop, which says itself what its thread is. */
  private static final class Watched implements Runnable {

    private final LoopLoad load;
    private volatile long thread;
    private long spentNanos;

    Watched(LoopLoad load) {
      this.load = load;
    }

    @Override
    public void run() {
      thread = Thread.currentThread().threadId();
    }

    void look(ThreadMXBean threads, long pastNanos) {
      long spent = thread == 0 ? -1 : threads.getThreadCpuTime(thread);
      if (spent >= 0) { // else it has not begun, or has ended
        load.look(Math.clamp((double) (spent - spentNanos) / pastNanos, 0, 1));
        spentNanos = spent;
      }
    }
  }
}
