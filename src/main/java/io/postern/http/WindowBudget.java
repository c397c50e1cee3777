package io.postern.http;

import java.util.concurrent.atomic.AtomicLong;

/**
 * What all connections of HTTP/2 of the process may take together beyond the windows that each
 * begins with: for windows that grow, and for content that waits where its reader is slow. Shared
 * by all event loops; it is asked once for many kilobytes.
 */
public final class WindowBudget {

  private final AtomicLong left;
  private volatile boolean closed;

  /** A budget of so many bytes. */
  public WindowBudget(long bytes) {
    left = new AtomicLong(bytes);
  }

  /** Takes all of it or nothing. */
  boolean take(long bytes) {
    if (closed) {
      return false;
    }
    if (left.addAndGet(-bytes) >= 0) {
      return true;
    }
    left.addAndGet(bytes);
    return false;
  }

  /** Gives back what was taken. */
  void give(long bytes) {
    left.addAndGet(bytes);
  }

  /** Whether nothing may be taken for now: memory is about to run out. */
  public void close(boolean now) {
    closed = now;
  }

  /** How many bytes may still be taken. */
  public long left() {
    return left.get();
  }
}
