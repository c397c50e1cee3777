package io.postern.http;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * The order in which the connections of an event loop are read whose reads make much work: one of
 * them in each pass of the loop, in turn. The others are read as soon as something has come, and
 * wait for one slow read at most. Those that bring hardly anything for the work they make have a
 * line of their own, which gets a fixed share of the loop, however many stand in it.
 *
 * <p>Owned by its event loop.
 */
public final class Turns {

  /** Those who are only spared time get one part for each so many that are left to all others. */
  private static final int OTHERS = 3;

  /**
   * What is read in a pass that is to be short, before each read is: a quarter of a millisecond.
   */
  private static final long SHORT = 128 * 1024;

  /** What took longer was the JVM or the machine, and is not made up for. */
  private static final long LONGEST_NANOS = 2_000_000;

  private final EventLoop loop;
  private final Deadlines clock;
  private final Line slow;
  private final Line spared;
  private final LongAdder waits = new LongAdder();
  private final Runnable endPass = this::endPass;
  private long shortUntil;
  private long read;
  private boolean counting;

  Turns(EventLoop loop, Deadlines clock) {
    this.loop = loop;
    this.clock = clock;
    this.slow = new Line(clock.exactly());
    this.spared = new Line(clock.exactly());
    this.shortUntil = clock.exactly();
  }

  /** Has a connection take part, before anything was read from it. */
  public void join(Channel channel) {
    channel.config().setRecvByteBufAllocator(new Reads(channel, this, clock));
  }

  /** How often a connection had to wait; asked for by any thread. */
  public long waits() {
    return waits.sum();
  }

  /**
   * Passes of the loop are to be short, since several share it: little is read in each, though it
   * costs more of the loop.
   *
   * @param until by the clock of the loop
   */
  public void keepShort(long until) {
    shortUntil = until;
  }

  /** So much has been read. */
  void read(int bytes) {
    if (clock.now() - shortUntil < 0) {
      read += bytes;
      if (!counting) {
        counting = true;
        loop.execute(endPass);
      }
    }
  }

  /** Whether enough was read in this pass: who has not been read yet gets a short read. */
  boolean isFull() {
    return read > SHORT;
  }

  private void endPass() {
    read = 0;
    counting = false;
  }

  /** It is told when it may go on. */
  void await(Reads reads) {
    slow.add(reads);
  }

  /** It is told when it may go on, once the others have had their share for what it took. */
  void awaitSpare(Reads reads, long tookNanos) {
    spared.rest(OTHERS * Math.min(tookNanos, LONGEST_NANOS));
    spared.add(reads);
  }

  /** Connections that wait, of which the first goes on in the next pass or when it is time. */
  private final class Line implements Runnable {

    private final ArrayDeque<Reads> waiting = new ArrayDeque<>();
    private long notBefore;

    Line(long notBefore) {
      this.notBefore = notBefore;
    }

    void add(Reads reads) {
      waits.increment();
      waiting.add(reads);
      if (waiting.size() == 1) {
        later();
      }
    }

    void rest(long nanos) {
      notBefore = clock.exactly() + nanos;
    }

    @Override
    public void run() {
      if (notBefore - clock.exactly() > 0) { // the turn before ended after this one was called
        later();
        return;
      }
      Reads next = waiting.remove();
      if (!waiting.isEmpty()) {
        later();
      }
      next.goOn();
    }

    /** Not in this pass, which does what is due when it looks. */
    private void later() {
      long rest = Math.max(1, notBefore - clock.exactly());
      loop.schedule(this, rest, TimeUnit.NANOSECONDS);
    }
  }
}
