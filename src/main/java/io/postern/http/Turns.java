package io.postern.http;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * The order in which the connections of an event loop are read whose reads make much work: one of
 * them in each pass of the loop, in turn. The others are read as soon as something has come, and
 * wait for one slow read at most.
 *
 * <p>Owned by its event loop.
 */
public final class Turns implements Runnable {

  private final EventLoop loop;
  private final Deadlines clock;
  private final ArrayDeque<Reads> waiting = new ArrayDeque<>();
  private final LongAdder waits = new LongAdder();

  Turns(EventLoop loop, Deadlines clock) {
    this.loop = loop;
    this.clock = clock;
  }

  /** Has a connection take part, before anything was read from it. */
  public void join(Channel channel) {
    channel.config().setRecvByteBufAllocator(new Reads(channel, this, clock));
  }

  /** How often a connection had to wait; asked for by any thread. */
  public long waits() {
    return waits.sum();
  }

  /** It is told when it may go on. */
  void await(Reads reads) {
    waits.increment();
    waiting.add(reads);
    if (waiting.size() == 1) {
      later();
    }
  }

  /** The next turn. */
  @Override
  public void run() {
    Reads next = waiting.remove();
    if (!waiting.isEmpty()) {
      later();
    }
    next.goOn();
  }

  /** In the next pass: what is due at once is looked for when a pass begins. */
  private void later() {
    loop.schedule(this, 0, TimeUnit.NANOSECONDS);
  }
}
