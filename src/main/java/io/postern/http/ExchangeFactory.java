package io.postern.http;

import io.netty.util.AsciiString;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

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

  /** Opens the exchanges of the connections that belong to one event loop. */
  interface OfLoop extends ExchangeFactory {

    /** The loop. */
    LoopContext loop();

    /** What lots are drawn from. */
    RandomGenerator random();

    /**
     * Whether a connection may bring requests at all.
     *
     * @param vpce the id of the VPC endpoint that it came by; null where that is not known
     */
    boolean admits(@Nullable AsciiString vpce);
  }
}
