package io.postern.listener;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The ClientHellos of an event loop that wait for what is costly about a handshake. It is done
 * behind what established connections have brought in the same pass of the loop, so that a flood of
 * handshakes takes from them a part of the time that is set, and most of those whose client is gone
 * are never computed.
 *
 * <p>The sources take turns, and each may have its share of the room: one that sends a hundred
 * hellos for each of another's holds up nobody but itself.
 *
 * <p>Owned by its event loop.
 */
final class HandshakeQueue {

  /** At full speed a loop gets through it in about a second; beyond that clients give up. */
  static final int ROOM = 4096;

  /** Handshakes get one part for each so many that the loop was busy with other things. */
  private static final int OTHERS = 3;

  private static final long LONGEST_NANOS = 2_000_000;

  private final EventLoop loop;
  private final Map<Source, Line> lines = new HashMap<>();
  private final ArrayDeque<Line> turns = new ArrayDeque<>();
  private volatile int waiting;
  private long ended;

  HandshakeQueue(EventLoop loop) {
    this.loop = loop;
    this.ended = loop.ticker().nanoTime();
  }

  /** Those of one source, in the order in which they came; none where all have gone. */
  private record Line(Source source, LinkedHashSet<Runnable> waiting) {}

  /** How many wait; any thread. */
  int waiting() {
    return waiting;
  }

  /**
   * One more waits.
   *
   * @param goOn called once when it is its turn, if it was not removed before; may not throw
   * @return whether there was room
   */
  boolean add(Source source, Runnable goOn) {
    assert loop.inEventLoop();
    Line line = lines.get(source);
    if (line == null) {
      if (waiting >= 2 * ROOM) {
        return false;
      }
      line = new Line(source, new LinkedHashSet<>());
      lines.put(source, line);
      turns.add(line);
    } else if (line.waiting().size() >= Math.max(1, ROOM / lines.size())) {
      return false;
    }
    line.waiting().add(goOn);
    change(1);
    if (waiting == 1) {
      later();
    }
    return true;
  }

  /** It waits no more; nothing happens where it does not. */
  void remove(Source source, Runnable goOn) {
    assert loop.inEventLoop();
    Line line = lines.get(source);
    if (line != null && line.waiting().remove(goOn)) {
      change(-1);
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
  private void change(int by) {
    waiting += by;
  }

  /** Not in the midst of what this pass has brought: it does what is due when that is done. */
  private void later() {
    loop.schedule(this::run, 1, TimeUnit.NANOSECONDS);
  }

  private void run() {
    long began = loop.ticker().nanoTime();
    long share = Math.min((began - ended) / OTHERS, LONGEST_NANOS);
    Runnable next = next();
    while (next != null) {
      next.run();
      ended = loop.ticker().nanoTime();
      next = ended - began < share ? next() : null;
    }
    if (waiting > 0) {
      later();
    }
  }

  private @Nullable Runnable next() {
    Line line = turns.poll();
    while (line != null && line.waiting().isEmpty()) {
      lines.remove(line.source());
      line = turns.poll();
    }
    if (line == null) {
      return null;
    }
    turns.add(line);
    change(-1);
    return line.waiting().removeFirst();
  }
}
