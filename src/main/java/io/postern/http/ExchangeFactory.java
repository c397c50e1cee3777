package io.postern.http;

import io.postern.fault.Fault;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Opens an exchange for each request that a downstream codec reads. */
@FunctionalInterface
public interface ExchangeFactory {

  /**
   * A request has come, whole or broken: the codec goes on to call {@code onHead} or {@code
   * onFailed}.
   *
   * @param headStarted when the first byte of its head came, by the loop's clock
   */
  DownstreamStream.Listener open(DownstreamStream stream, long headStarted);

  /**
   * What a client has sent is refused, and the exchange that was opened for it is about to fail.
   *
   * @param bytes asked for at once, or not at all
   */
  default void refused(DownstreamConnection client, Fault fault, Supplier<Passage> bytes) {}

  /** Opens the exchanges of the connections that belong to one event loop. */
  interface OfLoop extends ExchangeFactory {

    /** The loop. */
    LoopContext loop();

    /** What lots are drawn from. */
    RandomGenerator random();
  }
}
