package io.postern.exchange;

import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.http.Deadlines.Deadline;
import io.postern.pool.Queue;
import io.postern.pool.Server;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The wait of an exchange in the queue of its pool: all servers have as much in flight, or as many
 * connections, as they may.
 *
 * <p>Owned by the event loop of its exchange.
 */
final class QueueWait implements Queue.Waiter {

  private final Attempts attempts;
  private final int precedence;
  private Queue.@Nullable Ticket ticket;
  private @Nullable Deadline patience;

  QueueWait(Attempts attempts, int precedence) {
    this.attempts = attempts;
    this.precedence = precedence;
  }

  /** Gets into the line, or fails at once where that is full. */
  void begin(Queue queue, Duration timeout) {
    ticket = queue.enter(this, attempts.context().loop().loop());
    if (ticket == null) {
      attempts.onRefused(Fault.of(Reason.QUEUE_FULL));
      return;
    }
    attempts.record().queuePlace = ticket.place();
    patience = attempts.context().loop().deadlines().create(this::onWaitedLong);
    patience.after(timeout.toNanos());
  }

  @Override
  public int precedence() {
    return precedence;
  }

  @Override
  public long arrived() {
    return attempts.record().headComplete;
  }

  @Override
  public boolean isChoosy() {
    return attempts.hasTried();
  }

  @Override
  public @Nullable Object home() {
    return attempts.home();
  }

  @Override
  public void onCall() {
    Queue.Ticket mine = ticket;
    if (mine == null) {
      return;
    }
    Server server = attempts.choose();
    if (server != null) {
      if (end()) {
        attempts.connect(server);
      } else {
        server.finished(); // somebody has displaced us while we chose
        attempts.onRefused(Fault.of(Reason.QUEUE_FULL));
      }
    } else if (attempts.isAnyUsable()) {
      mine.failed();
      attempts.makeRoom();
    } else {
      end();
      attempts.noServer();
    }
  }

  @Override
  public void onDisplaced() {
    if (ticket != null) {
      end();
      attempts.onRefused(Fault.of(Reason.QUEUE_FULL));
    }
  }

  private void onWaitedLong() {
    end();
    attempts.onRefused(Fault.of(Reason.QUEUE_TIMEOUT));
  }

  /**
   * It waits no more.
   *
   * @return whether it was in line
   */
  boolean end() {
    if (patience != null) {
      patience.cancel();
      patience = null;
    }
    Queue.Ticket mine = ticket;
    ticket = null;
    return mine != null && mine.leave();
  }
}
