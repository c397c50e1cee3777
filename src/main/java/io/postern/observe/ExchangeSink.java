package io.postern.observe;

/** Takes the records of finished exchanges. */
@FunctionalInterface
public interface ExchangeSink {

  /** Called once for each exchange, on its event loop; must not block and must not throw. */
  void accept(ExchangeRecord record);
}
