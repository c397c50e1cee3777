package io.postern.pool;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * The servers of one pool that an exchange has tried in vain. Made for the second attempt, so that
 * the usual exchange has none. Owned by the event loop of its exchange.
 */
public final class Tried {

  private final BitSet indices = new BitSet();

  /** These, and one more; leaves them as they are. */
  public static Tried with(@Nullable Tried tried, Server server) {
    Tried more = new Tried();
    if (tried != null) {
      more.indices.or(tried.indices);
    }
    more.add(server);
    return more;
  }

  /** Sees to it that the server is not chosen again. */
  public void add(Server server) {
    indices.set(server.index());
  }

  /** Lets it be chosen again. */
  public void remove(Server server) {
    indices.clear(server.index());
  }

  /** Whether the server was tried. */
  public boolean contains(Server server) {
    return indices.get(server.index());
  }
}
