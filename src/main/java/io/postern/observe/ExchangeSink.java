package io.postern.observe;

/** Takes the records of finished exchanges. */
@FunctionalInterface
public interface ExchangeSink {

  /** An exchange has begun; on its event loop. One call of {@link #accept} will follow. */
  default void opened() {}

  /** It has become a tunnel, and is one until its record is accepted; on its event loop. */
  default void upgraded() {}

  /** Called once for each exchange, on its event loop; must not block and must not throw. */
  void accept(ExchangeRecord record);
}
