package io.postern.observe;

import io.postern.fault.Fault;
import io.postern.http.DownstreamConnection;
import io.postern.http.Passage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Takes the records of finished exchanges. */
@FunctionalInterface
public interface ExchangeSink {

  /** An exchange has begun; on its event loop. One call of {@link #accept} will follow. */
  default void opened() {}

  /** It has become a tunnel, and is one until its record is accepted; on its event loop. */
  default void upgraded() {}

  /**
   * What a peer has sent is refused; on the event loop.
   *
   * @param server whose response it is; null where it is a request
   * @param bytes asked for at once, or not at all
   */
  default void refused(
      DownstreamConnection client, @Nullable String server, Fault fault, Supplier<Passage> bytes) {}

  /** Called once for each exchange, on its event loop; must not block and must not throw. */
  void accept(ExchangeRecord record);
}
