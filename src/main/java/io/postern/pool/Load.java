package io.postern.pool;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What a server has in flight, and how much it may. Shared by all event loops. */
final class Load {

  /** As much content as costs about what a small request does at a server. */
  private static final long BYTES_OF_ONE = 1 << 20;

  private static final long MOST_OF_BYTES = 1 << 20;

  private final @Nullable Queue queue;
  private final int mostRequests;

  /** Read for each choice by a policy that looks at the load, so one number and not an adder. */
  private final AtomicInteger inFlight = new AtomicInteger();

  private final AtomicLong bytesDue = new AtomicLong();

  /** None yet. */
  Load(Bounds bounds) {
    queue = bounds.queue();
    mostRequests = bounds.requestsPerServer();
  }

  /** One more, where server and pool have room for it; {@link #end} follows where they have. */
  boolean begin() {
    if (queue == null) {
      inFlight.incrementAndGet();
    } else if (!queue.begin()) {
      return false;
    } else if (!takeRoom()) {
      queue.giveBack();
      return false;
    }
    return true;
  }

  private boolean takeRoom() {
    int now = inFlight.get();
    while (mostRequests == 0 || now < mostRequests) {
      if (inFlight.compareAndSet(now, now + 1)) {
        return true;
      }
      now = inFlight.get();
    }
    return false;
  }

  /** Whether the server has room for one more. */
  boolean hasRoom() {
    return mostRequests == 0 || inFlight.get() < mostRequests;
  }

  /**
   * One less.
   *
   * @return how many are left
   */
  int end() {
    int left = inFlight.decrementAndGet();
    if (queue != null) {
      queue.end();
    }
    return left;
  }

  /** Those who wait have to look anew. */
  void roomMade() {
    if (queue != null) {
      queue.roomMade();
    }
  }

  int inFlight() {
    return inFlight.get();
  }

  /**
   * The same, and one more for each {@value #BYTES_OF_ONE} bytes of content that are announced and
   * have not been passed on.
   */
  int outstanding() {
    return inFlight.get() + (int) Math.clamp(bytesDue.get() / BYTES_OF_ONE, 0, MOST_OF_BYTES);
  }

  /** So many bytes more are to be passed on, or fewer. */
  void bytesDue(long change) {
    bytesDue.addAndGet(change);
  }
}
