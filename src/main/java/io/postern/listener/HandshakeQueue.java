package io.postern.listener;

import io.netty.channel.EventLoop;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ClientHellos of an event loop that wait for what is costly about a handshake. It is done
 * behind what established connections have brought in the same pass of the loop, so that a flood of
 * handshakes takes from them a part of the time that is set, and those whose client is gone are not
 * computed.
 *
 * <p>The sources take turns, and each may have its share of the room: one that sends a hundred
 * hellos for each of another's holds up nobody but itself.
 *
 * <p>Owned by its event loop.
 */
final class HandshakeQueue {

  private static final Logger LOG = LoggerFactory.getLogger(HandshakeQueue.class);

  /**
   * For one source alone, or shared by several; at full speed a loop gets through it in about a
   * second, and beyond that clients give up.
   */
  static final int ROOM = 4096;

  /** Of all sources together, since each may have one however many they are. */
  static final int MOST = 2 * ROOM;

  /** Handshakes get one part for each so many that the loop was busy with other things. */
  private static final int OTHERS = 3;

  private static final long LONGEST_NANOS = 2_000_000;

  private final EventLoop loop;

  /** Of each source that has any, in the order of their turns. */
  private final Map<Source, LinkedHashSet<Runnable>> lines = new LinkedHashMap<>();

  private volatile int waiting;
  private boolean scheduled;
  private long ended;

  HandshakeQueue(EventLoop loop) {
    this.loop = loop;
    this.ended = loop.ticker().nanoTime();
  }

  /** How many wait; any thread. */
  int waiting() {
    return waiting;
  }

  /** Whether one more of a source may wait. */
  boolean hasRoom(Source source) {
    assert loop.inEventLoop();
    LinkedHashSet<Runnable> own = lines.get(source);
    return own == null
        ? waiting < MOST
        : waiting < MOST && own.size() < Math.max(1, ROOM / lines.size());
  }

  /**
   * One more waits; there must be room.
   *
   * @param goOn called once when it is its turn, if it was not removed before
   */
  void add(Source source, Runnable goOn) {
    assert hasRoom(source);
    lines.computeIfAbsent(source, _ -> new LinkedHashSet<>()).add(goOn);
    change(1);
    later();
  }

  /** It waits no more; nothing happens where it does not. */
  void remove(Source source, Runnable goOn) {
    assert loop.inEventLoop();
    LinkedHashSet<Runnable> own = lines.get(source);
    if (own != null && own.remove(goOn)) {
      change(-1);
      if (own.isEmpty()) {
        lines.remove(source);
      }
    }
  }

  @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes
  private void change(int by) {
    waiting += by;
  }

  /** Not in the midst of what this pass has brought: it does what is due when that is done. */
  private void later() {
    if (!scheduled) {
      scheduled = true;
      loop.schedule(this::run, 1, TimeUnit.NANOSECONDS);
    }
  }

  private void run() {
    scheduled = false;
    long began = loop.ticker().nanoTime();
    long share = Math.min((began - ended) / OTHERS, LONGEST_NANOS);
    do {
      computeNext();
      ended = loop.ticker().nanoTime();
    } while (waiting > 0 && ended - began < share);
    if (waiting > 0) {
      later();
    }
  }

  /** The first of the source whose turn it is, which then is the last in turn. */
  private void computeNext() {
    Iterator<Map.Entry<Source, LinkedHashSet<Runnable>>> first = lines.entrySet().iterator();
    if (!first.hasNext()) {
      return; // all have gone
    }
    Map.Entry<Source, LinkedHashSet<Runnable>> line = first.next();
    first.remove();
    Runnable next = line.getValue().removeFirst();
    change(-1);
    if (!line.getValue().isEmpty()) {
      lines.put(line.getKey(), line.getValue());
    }
    try {
      next.run();
    } catch (RuntimeException | Error e) { // or the others would wait for ever
      LOG.error("a handshake failed before it began", e);
    }
  }
}
