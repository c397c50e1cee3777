package io.postern.runtime;

import io.netty.util.concurrent.Future;
import io.postern.exchange.ExchangeContext;
import io.postern.exchange.Snapshot;
import io.postern.http.LoopContext;
import io.postern.http.SocketOptions;
import io.postern.observe.ExchangeMeters;
import io.postern.shaping.LoopTime;
import io.postern.upstream.Connector;
import io.postern.upstream.UpstreamConnections;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator.SplittableGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What exchanges have on each event loop, by the index of the loop.
 *
 * @param contexts open them
 * @param connectors open connections to servers
 * @param upstreams have those that are open
 * @param times share out the time of the loop
 */
record ExchangeLoops(
    List<ExchangeContext> contexts,
    List<Connector> connectors,
    List<UpstreamConnections> upstreams,
    List<LoopTime> times) {

  private static final Logger LOG = LoggerFactory.getLogger(ExchangeLoops.class);

  /** What all loops take from outside. */
  record Outside(
      SocketOptions options,
      Supplier<Snapshot> snapshot,
      SplittableGenerator random,
      ExchangeMeters meters,
      InstantSource clock) {}

  static ExchangeLoops on(EventLoops loops, Outside outside) {
    ExchangeLoops made =
        new ExchangeLoops(
            new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    for (LoopContext loop : loops.contexts()) {
      Connector connector = new Connector(loop, loops.channels(), outside.options, outside.clock);
      UpstreamConnections upstream = new UpstreamConnections(loop, connector, made.upstreams);
      LoopTime time = new LoopTime(loop.loop());
      made.times.add(time);
      made.connectors.add(connector);
      made.upstreams.add(upstream);
      made.contexts.add(
          ExchangeContext.of(
              loop,
              outside.snapshot,
              upstream,
              time,
              outside.random.split(),
              outside.meters,
              outside.clock::millis));
    }
    return made;
  }

  /**
   * Closes what no exchange uses, and waits for it, as for what was asked of the loops before: a
   * loop that is told to end closes its channels first, and what is in flight would end as if its
   * client had gone.
   */
  void closeIdle() {
    for (int i = 0; i < upstreams.size(); i++) {
      Future<?> asked = contexts.get(i).loop().loop().submit(upstreams.get(i)::closeIdle);
      if (!asked.awaitUninterruptibly(1, TimeUnit.SECONDS)) {
        LOG.warn("event loop {} is too busy to end its exchanges well", i);
      }
    }
  }
}
