package io.postern.listener;

import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import io.netty.util.concurrent.PromiseCombiner;
import io.postern.fault.Fault;
import io.postern.http.LoopContext;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * The clients' connections of one listener on one event loop, so that all of them can be asked to
 * go away.
 *
 * <p>Owned by its event loop.
 */
final class ClientConnections {

  private final LoopContext loop;
  private final Map<Channel, LiveConnection> open = new HashMap<>();
  private boolean draining;

  /** How often it was said that all are to go, or may stay. */
  private int words;

  ClientConnections(LoopContext loop) {
    this.loop = loop;
  }

  void add(LiveConnection connection) {
    Channel channel = connection.channel();
    open.put(channel, connection);
    channel.closeFuture().addListener(closed -> open.remove(channel));
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
