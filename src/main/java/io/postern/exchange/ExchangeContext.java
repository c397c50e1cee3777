package io.postern.exchange;

import io.postern.fault.Fault;
import io.postern.http.DownstreamConnection;
import io.postern.http.DownstreamStream;
import io.postern.http.ExchangeFactory;
import io.postern.http.LoopContext;
import io.postern.http.Passage;
import io.postern.observe.ExchangeSink;
import io.postern.pool.Picker;
import io.postern.pool.Pool;
import io.postern.shaping.LoopTime;
import io.postern.upstream.UpstreamConnections;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * What the exchanges on one event loop share, and what opens them.
 *
 * @param loop the loop that owns them all
 * @param snapshot the config as it is now
 * @param upstreams the loop's connections to servers
 * @param pickers the choosers of servers, one for each pool that was asked for
 * @param time that of the loop, for those who want some
 * @param mirrors the copies of requests that are under way
 * @param random what the choosers draw lots from
 * @param sink takes the records of finished exchanges
 * @param wallMillis the wall clock, for records only
 */
public record ExchangeContext(
    LoopContext loop,
    Supplier<Snapshot> snapshot,
    UpstreamConnections upstreams,
    IdentityHashMap<Pool, Picker> pickers,
    LoopTime time,
    Mirrors mirrors,
    RandomGenerator random,
    ExchangeSink sink,
    LongSupplier wallMillis)
    implements ExchangeFactory.OfLoop {

  /** The context of a loop that has not chosen a server yet. */
  public static ExchangeContext of(
      LoopContext loop,
      Supplier<Snapshot> snapshot,
      UpstreamConnections upstreams,
      LoopTime time,
      RandomGenerator random,
      ExchangeSink sink,
      LongSupplier wallMillis) {
    return new ExchangeContext(
        loop,
        snapshot,
        upstreams,
        new IdentityHashMap<>(),
        time,
        new Mirrors(),
        random,
        sink,
        wallMillis);
  }

  Picker picker(Pool pool) {
    Picker known = pickers.get(pool);
    return known == null ? begun(pool) : known;
  }

  private Picker begun(Pool pool) {
    Picker before = null;
    for (Map.Entry<Pool, Picker> each : pickers.entrySet()) {
      before = each.getKey().name().equals(pool.name()) ? each.getValue() : before;
    }
    Picker made = pool.picker(loop.index(), random, loop.deadlines()::now, before);
    pickers.put(pool, made);
    return made;
  }

  /** No other pools are chosen from any more, but by exchanges that go on. On the loop. */
  public void keepOnly(Collection<Pool> pools) {
    Set<Pool> kept = Collections.newSetFromMap(new IdentityHashMap<>());
    kept.addAll(pools);
    pickers.keySet().removeIf(each -> !kept.contains(each));
  }

  @Override
  public DownstreamStream.Listener open(DownstreamStream stream, long headStarted) {
    sink.opened();
    return new Exchange(this, stream, headStarted);
  }

  @Override
  public void refused(DownstreamConnection client, Fault fault, Supplier<Passage> bytes) {
    sink.refused(client, null, fault, bytes);
  }
}
