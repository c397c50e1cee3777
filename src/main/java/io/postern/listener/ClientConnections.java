package io.postern.listener;

import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.PromiseCombiner;
import io.postern.fault.Fault;
import io.postern.http.LoopContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * The clients' connections of one listener on one event loop, in the order in which they came, so
 * that they can be asked to go away: all of them, or those that nobody misses.
 *
 * <p>Owned by its event loop.
 */
final class ClientConnections {

  /** How long a client may be arriving, if its place is needed. */
  private static final long ARRIVING_NANOS = 1_000_000_000L;

  private final LoopContext loop;
  private final Map<Channel, LiveConnection> open = new LinkedHashMap<>();

  /** Those that cannot bring requests yet, and since when. */
  private final Map<Channel, Long> arriving = new LinkedHashMap<>();

  /** Those that were asked to go, for others need their place. */
  private final Set<Channel> leaving = new HashSet<>();

  private boolean draining;

  /** How often it was said that all are to go, or may stay. */
  private int words;

  ClientConnections(LoopContext loop) {
    this.loop = loop;
  }

  /** A client has come. */
  void arrives(Channel channel) {
    arriving.put(channel, now());
    channel.closeFuture().addListener(closed -> forget(channel));
  }

  private void forget(Channel channel) {
    arriving.remove(channel);
    open.remove(channel);
    leaving.remove(channel);
  }

  /** One that has come may bring requests. */
  void add(LiveConnection connection) {
    Channel channel = connection.channel();
    arriving.remove(channel);
    open.put(channel, connection);
    if (draining) {
      connection.codec().goAway();
    }
  }

  /** Those that are open now. */
  LiveConnection[] all() {
    return open.values().toArray(LiveConnection[]::new);
  }

  /** The time of the loop, in nanoseconds. */
  long now() {
    return loop.deadlines().now();
  }

  /** Asks each to go at a random moment of the spread; those that come from now on, at once. */
  void drain(long spreadMillis) {
    draining = true;
    int word = ++words;
    for (LiveConnection each : open.values()) {
      loop.loop()
          .schedule(
              () -> {
                if (word == words) {
                  each.codec().goAway();
                }
              },
              ThreadLocalRandom.current().nextLong(spreadMillis + 1),
              TimeUnit.MILLISECONDS);
    }
  }

  /** Those that have not gone yet, and those that come, may stay. */
  void undrain() {
    draining = false;
    words++;
  }

  /** Closes those that have been arriving for too long; answers how many. */
  int closeArriving(int most) {
    long now = now();
    List<Channel> late = new ArrayList<>();
    for (Iterator<Map.Entry<Channel, Long>> first = arriving.entrySet().iterator();
        first.hasNext() && late.size() < most; ) {
      Map.Entry<Channel, Long> each = first.next();
      if (now - each.getValue() < ARRIVING_NANOS) {
        break; // those behind it came later
      }
      late.add(each.getKey());
    }
    for (Channel each : late) {
      arriving.remove(each); // at once: TLS may take its time to close
      each.close();
    }
    return late.size();
  }

  /** Those that are idle, so many of them at most, and were not asked to go yet. */
  List<Idle> idle(int most) {
    List<Idle> found = new ArrayList<>();
    for (LiveConnection each : open.values()) {
      long nanos = each.codec().idleNanos();
      if (nanos >= 0 && !leaving.contains(each.channel())) {
        found.add(new Idle(this, each, nanos));
      }
      if (found.size() == most) {
        break;
      }
    }
    return found;
  }

  /** Asks one to go, for others need its place. */
  private void letGo(LiveConnection connection) {
    leaving.add(connection.channel());
    connection.codec().goAway();
  }

  /** Who has been idle for how long. */
  record Idle(ClientConnections among, LiveConnection connection, long nanos) {
    void letGo(Headroom headroom) {
      headroom.leaves(connection.channel());
      among.letGo(connection);
    }
  }

  /** Ends all; the promise is kept when the last one is closed. */
  void abort(Fault fault, Promise<Void> closed) {
    draining = true;
    PromiseCombiner all = new PromiseCombiner(loop.loop());
    new HashMap<>(open)
        .forEach(
            (channel, connection) -> {
              all.add((Future<?>) channel.closeFuture());
              connection.codec().abort(fault);
            });
    all.finish(closed);
  }
}
