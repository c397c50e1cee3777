package io.postern.pool;

import java.util.BitSet;

/**
 * The servers of one pool that an exchange has tried in vain. Made for the second attempt, so that
 * the usual exchange has none. Owned by the event loop of its exchange.
 */
public final class Tried {

  private final BitSet indices = new BitSet();

  /** Sees to it that the server is not chosen again. */
  public void add(Server server) {
    indices.set(server.index());
  }

  /** Whether the server was tried. */
  public boolean contains(Server server) {
    return indices.get(server.index());
  }
}
