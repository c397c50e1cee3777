package io.postern.runtime;

import io.postern.config.Config;
import io.postern.exchange.Snapshot;
import io.postern.observe.Captures;
import io.postern.observe.ExchangeMeters;
import io.postern.observe.ExchangeSink;
import io.postern.observe.Traffic;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;

/** What goes on in a proxy, for those who run it and look. Used from any thread. */
public final class Insight {

  private final ListenerUpkeep listeners;
  private final Config config;
  private final ExchangeMeters exchanges;

  Insight(ListenerUpkeep listeners, Config config, ExchangeMeters exchanges) {
    this.listeners = listeners;
    this.config = config;
    this.exchanges = exchanges;
  }

  /** What counts exchanges, and keeps what was refused. */
  static ExchangeMeters meters(
      Supplier<Snapshot> now, Supplier<Config> config, InstantSource clock, ExchangeSink sink) {
    return new ExchangeMeters(
        () -> config.get().listeners().keySet(),
        () -> now.get().tenants(),
        () -> now.get().meters(),
        new Captures(clock, () -> config.get().accessLog().redact().query()),
        sink);
  }

  /** What is open now. */
  public LiveTraffic live() {
    return new LiveTraffic(listeners.all(), config.accessLog().redact().query());
  }

  /** What each route, tenant or server has had so far. */
  public List<Traffic> traffic(Traffic.By by) {
    return exchanges.traffic(by);
  }

  /** The last heads that were refused. */
  public Captures captures() {
    return exchanges.captures();
  }
}
