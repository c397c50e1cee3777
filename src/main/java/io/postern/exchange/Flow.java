package io.postern.exchange;

import io.postern.shaping.Link;
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
  private final @Nullable Link ofTenant;
  private final @Nullable Link ofListener;
  private final Runnable onTurn;
  private int passed;
  private long bytes;
  private long more;
  private boolean waiting;
  private long since;

  Flow(Shaping shaping, @Nullable Link ofTenant, @Nullable Link ofListener, Runnable onTurn) {
    this.shaping = shaping;
    this.ofTenant = ofTenant;
    this.ofListener = ofListener;
    this.onTurn = onTurn;
  }

  /**
   * So much has passed, and more would follow.
   *
   * @return whether it may at once; if not, it may when {@code onTurn} is run
   */
  boolean pass(long size) {
    if (waiting) {
      more += size; // it had been read before
      return false;
    }
    bytes = size;
    passed = 0;
    if (next()) {
      return true;
    }
    waiting = true;
    since = shaping.now();
    return false;
  }

  /** So much has passed, and nothing follows. */
  void last(long size) {
    long all = size + more;
    more = 0;
    if (all > 0) {
      shaping.passes(ofTenant, all, null);
      shaping.passes(ofListener, all, null);
    }
  }

  private boolean next() {
    while (passed < 3) {
      passed++;
      boolean open =
          switch (passed) {
            case 1 -> shaping.passes(ofTenant, bytes, this);
            case 2 -> shaping.passes(ofListener, bytes, this);
            default -> shaping.hasTime(bytes, this);
          };
      if (!open) {
        return false;
      }
    }
    return true;
  }

  /** One of those that it waited for has let it go on. */
  @Override
  public void run() {
    if (!waiting || !next()) {
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
    waiting = false;
    shaping.waited(since);
    onTurn.run();
  }

  /** Nobody waits for its turn any more. */
  void end() {
    last(0);
    if (waiting) {
      waiting = false;
      shaping.waited(since);
    }
  }

  /** Whether nothing is to be read now. */
  boolean isWaiting() {
    return waiting;
  }
}
