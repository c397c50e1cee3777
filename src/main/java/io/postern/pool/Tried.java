package io.postern.pool;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The servers of one pool that an exchange has tried in vain. Made for the second attempt, so that
 * the usual exchange has none. Owned by the event loop of its exchange.
 */
public final class Tried {

  private final List<Server> servers = new ArrayList<>(2);

  /** These, and one more; leaves them as they are. */
  public static Tried with(@Nullable Tried tried, Server server) {
    Tried more = new Tried();
    if (tried != null) {
      more.servers.addAll(tried.servers);
    }
    more.add(server);
    return more;
  }

  /** Sees to it that the server is not chosen again. */
  public void add(Server server) {
    servers.add(server);
  }

  /** Lets it be chosen again. */
  public void remove(Server server) {
    servers.removeIf(server::equals);
  }

  /** Whether the server was tried. */
  public boolean contains(Server server) {
    return servers.contains(server);
  }
}
