package io.postern.exchange;

import io.postern.config.Cidr;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which open connections or exchanges somebody looks for: those that are all of this. What is null
 * says nothing.
 *
 * @param id of a connection, or of an exchange
 * @param client a range of addresses
 * @param host without a port, in any case
 * @param route this, pool, server and host of a connection are those of any exchange on it
 * @param olderThan how old it is at least
 */
public record Sought(
    @Nullable LiveId id,
    @Nullable String listener,
    @Nullable String tenant,
    @Nullable Cidr client,
    @Nullable String host,
    @Nullable String route,
    @Nullable String pool,
    @Nullable String server,
    @Nullable Duration olderThan) {

  /** All of them. */
  public static final Sought ALL = new Sought(null, null, null, null, null, null, null, null, null);

  /** Whose number this is. */
  public static Sought of(LiveId id) {
    return new Sought(id, null, null, null, null, null, null, null, null);
  }

  /** Whether that tells nothing from another. */
  public boolean isAll() {
    return equals(ALL);
  }

  /** Whether something is asked of the exchanges. */
  public boolean asksOfExchanges() {
    return host != null || route != null || pool != null || server != null;
  }

  /** Whether it is as old as is asked for. */
  public boolean isOld(long nanos) {
    return olderThan == null || nanos >= olderThan.toNanos();
  }

  /** Whether a value is what is asked for, if anything is. */
  public static boolean is(@Nullable String asked, @Nullable String value) {
    return asked == null || asked.equals(value);
  }
}
