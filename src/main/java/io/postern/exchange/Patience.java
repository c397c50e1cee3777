package io.postern.exchange;

import io.postern.http.Deadlines;
import io.postern.http.Deadlines.Deadline;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How long an exchange waits for the next sign of life. It is inactivity that counts, never the
 * time of the whole: every piece of content begins the wait anew, and so does a slow reader that
 * takes something of what was written to it.
 *
 * <p>Owned by the event loop of its exchange.
 */
final class Patience {

  private final Deadline deadline;
  private final LongSupplier queuedBytes;
  private final Runnable onSilence;
  private long nanos;
  private long lastQueued;
  private boolean ended;

  /**
   * Nothing is waited for yet.
   *
   * @param queuedBytes what was written and no socket has taken yet
   * @param onSilence called once the patience is at its end
   */
  Patience(Deadlines deadlines, LongSupplier queuedBytes, Runnable onSilence) {
    this.deadline = deadlines.create(this::onDeadline);
    this.queuedBytes = queuedBytes;
    this.onSilence = onSilence;
  }

  /** Waits for the next sign of life, for so long. */
  void await(Duration time) {
    nanos = time.toNanos();
    again();
  }

  /** Waits once more, for as long as the last time. */
  void again() {
    if (!ended) {
      deadline.after(nanos);
    }
  }

  /** Waits for nothing now. */
  void rest() {
    deadline.cancel();
  }

  /** Waits for nothing any more. */
  void end() {
    ended = true;
    deadline.cancel();
  }

  private void onDeadline() {
    long queued = queuedBytes.getAsLong();
    if (queued == lastQueued) {
      onSilence.run();
    } else {
      lastQueued = queued;
      again();
    }
  }
}
