package io.postern.exchange;

import io.postern.shaping.Bandwidth;
import io.postern.shaping.Ticket;
import io.postern.shaping.Way;
import org.jspecify.annotations.Nullable;

/**
 * The content of one message, as far as it has to wait for its share: each piece passes the link of
 * the tenant, that of the listener, and the loop, one after the other, and the next piece is read
 * when it is through.
 *
 * <p>Owned by the event loop of its exchange.
 */
final class Flow implements Runnable {

  private final Shaping shaping;
  private final @Nullable Bandwidth ofTenant;
  private final @Nullable Bandwidth ofListener;
  private final Way way;
  private final Runnable onTurn;
  private int passed;
  private long bytes;
  private long more;
  private @Nullable Ticket ticket;
  private long since;

  Flow(
      Shaping shaping,
      @Nullable Bandwidth ofTenant,
      @Nullable Bandwidth ofListener,
      Way way,
      Runnable onTurn) {
    this.shaping = shaping;
    this.ofTenant = ofTenant;
    this.ofListener = ofListener;
    this.way = way;
    this.onTurn = onTurn;
  }

  /**
   * So much has passed, and more would follow.
   *
   * @return whether it may at once; if not, it may when {@code onTurn} is run
   */
  boolean pass(long size) {
    if (isWaiting()) {
      more += size; // it had been read before
      return false;
    }
    bytes = size;
    passed = 0;
    if (next()) {
      return true;
    }
    since = shaping.now();
    return false;
  }

  /** So much has passed, and nothing follows. */
  void last(long size) {
    long all = size + more;
    more = 0;
    shaping.last(ofTenant, way, all);
    shaping.last(ofListener, way, all);
  }

  private boolean next() {
    while (passed < 3) {
      passed++;
      ticket =
          switch (passed) {
            case 1 -> shaping.pass(ofTenant, way, bytes, this);
            case 2 -> shaping.pass(ofListener, way, bytes, this);
            default -> shaping.passInTime(bytes, this);
          };
      if (ticket != null) {
        return false;
      }
    }
    return true;
  }

  /** One of those that it waited for has let it go on. */
  @Override
  public void run() {
    ticket = null;
    if (!next()) {
      return;
    }
    if (more > 0) {
      bytes = more;
      more = 0;
      passed = 0;
      if (!next()) {
        return;
      }
    }
    shaping.waited(since);
    onTurn.run();
  }

  /** Nobody waits for its turn any more. */
  void end() {
    last(0);
    Ticket left = ticket;
    if (left == null) {
      return;
    }
    ticket = null;
    left.leave();
    if (passed == 1) {
      shaping.last(ofListener, way, bytes); // which has not heard of it
    }
    shaping.waited(since);
  }

  /** Whether nothing is to be read now. */
  boolean isWaiting() {
    return ticket != null;
  }
}
