package io.postern.exchange;

import io.postern.config.ByteRate;
import io.postern.http.Deadlines;
import io.postern.http.Deadlines.Deadline;

/**
 * Whether a client sends its content fast enough: so many bytes in every window of the time that is
 * spent waiting for it. The clock of a window stands still while nobody waits for the client, such
 * as while the server is slow to take what came.
 *
 * <p>Owned by the event loop of its exchange.
 */
final class UploadPace {

  /** Long enough for a lost packet and its timer, on a link that is good enough otherwise. */
  static final long WINDOW_NANOS = 5_000_000_000L;

  private final Deadlines deadlines;
  private final Deadline windowEnd;
  private final long bytesPerWindow;
  private final Runnable onTooSlow;
  private boolean waiting;
  private long waitingSince;
  private long left = WINDOW_NANOS;
  private long bytes;

  /** Nobody waits for the client yet. */
  UploadPace(Deadlines deadlines, ByteRate minimum, Runnable onTooSlow) {
    this.deadlines = deadlines;
    this.windowEnd = deadlines.create(this::onWindowEnd);
    this.bytesPerWindow = minimum.bytesPerSecond() * (WINDOW_NANOS / 1_000_000_000L);
    this.onTooSlow = onTooSlow;
  }

  /** So much content has come. */
  void came(int size) {
    bytes += size;
  }

  /** Says whether it is the client, and nobody else, who is waited for from now on. */
  void waitForClient(boolean wait) {
    if (wait == waiting) {
      return;
    }
    waiting = wait;
    if (wait) {
      waitingSince = deadlines.now();
      windowEnd.after(left);
    } else {
      left -= deadlines.now() - waitingSince;
      windowEnd.cancel();
    }
  }

  private void onWindowEnd() {
    if (bytes < bytesPerWindow) {
      onTooSlow.run();
    } else {
      bytes = 0;
      left = WINDOW_NANOS;
      waitingSince = deadlines.now();
      windowEnd.after(left);
    }
  }
}
