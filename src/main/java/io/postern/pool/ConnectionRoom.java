package io.postern.pool;

/**
 * How many connections may be open to one server, as far as its own limit and that of its pool go.
 * Shared by all event loops.
 */
public final class ConnectionRoom {

  private final Allowance own;
  private final Allowance all;
  private final Queue queue;

  ConnectionRoom(Allowance own, Allowance all, Queue queue) {
    this.own = own;
    this.all = all;
    this.queue = queue;
  }

  /** Whether there may be one more to the server, by its own limit. */
  public boolean isLeftOfOwn() {
    return own.isLeft();
  }

  /** Whether there may be one more to the servers of the pool. */
  public boolean isLeftOfAll() {
    return all.isLeft();
  }

  /** Whether there may be one more. */
  public boolean isLeft() {
    return own.isLeft() && all.isLeft();
  }

  /**
   * Takes room for one, which {@link #ended} gives back.
   *
   * @param ofOwn whether it is taken even where the server has none left
   * @param ofAll whether it is taken even where the pool has none left
   */
  public boolean take(boolean ofOwn, boolean ofAll) {
    if (!own.take(ofOwn)) {
      return false;
    }
    if (!all.take(ofAll)) {
      own.give();
      return false;
    }
    return true;
  }

  /** A connection is closed, or was not to be had: somebody else may open one. */
  public void ended() {
    own.give();
    all.give();
    queue.roomMade();
  }

  /** Where those wait who get none. */
  public Queue queue() {
    return queue;
  }
}
