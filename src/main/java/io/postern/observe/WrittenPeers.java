package io.postern.observe;

import io.netty.util.AsciiString;
import io.postern.http.DownstreamConnection;
import io.postern.tenant.Tenant;
import org.jspecify.annotations.Nullable;

/**
 * What lines of the log say of connections, as it was written for the exchange before: it is two
 * fifths of a line, and the same for all exchanges of a connection. A connection has one place,
 * which others may take from it: then it is written anew.
 *
 * <p>Owned by the writer of the log.
 */
final class WrittenPeers {

  /** A power of two. */
  private static final int PLACES = 4096;

  /** What is longer, for the names of a certificate, is not kept: all together are 4 MiB then. */
  private static final int LONGEST = 1024;

  private record Written(long connection, @Nullable Tenant tenant, AsciiString members) {}

  private final @Nullable Written[] places = new @Nullable Written[PLACES];

  /** What was written of it; null where that is not known any more. */
  @Nullable AsciiString of(DownstreamConnection connection, @Nullable Tenant tenant) {
    Written last = places[place(connection)];
    return last != null && last.connection == connection.number() && last.tenant == tenant
        ? last.members
        : null;
  }

  /**
   * Keeps it, unless it is long.
   *
   * @param tenant with another one it is written anew: a reload may have made it
   */
  void keep(DownstreamConnection connection, @Nullable Tenant tenant, AsciiString members) {
    if (members.length() <= LONGEST) {
      places[place(connection)] = new Written(connection.number(), tenant, members);
    }
  }

  private static int place(DownstreamConnection connection) {
    return (int) connection.number() & (PLACES - 1);
  }
}
