package io.postern.listener;

import io.netty.util.concurrent.Promise;
import io.postern.exchange.Foremost;
import io.postern.exchange.OpenExchange;
import io.postern.exchange.Sought;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.tenant.Tenants;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * One look at the open connections of an event loop. It is done in portions, with whatever else the
 * loop has to do in between: a loop may have tens of thousands of them.
 *
 * <p>Owned by the event loop.
 *
 * @param <T> what comes of it
 */
final class Look<T> implements Runnable {

  /** How many connections and exchanges are looked at without a pause: some ten microseconds. */
  private static final int PORTION = 256;

  private final LiveConnection[] all;
  private final Step step;
  private final T result;
  private final Promise<T> done;
  private int next;

  /** What is done with one connection. */
  @FunctionalInterface
  interface Step {

    /** Answers how many exchanges were looked at. */
    int look(LiveConnection at);
  }

  /** What is looked for, among whom, and when. */
  record Question(Sought sought, Tenants tenants, LongSupplier now) {}

  private Look(LiveConnection[] all, Step step, T result, Promise<T> done) {
    this.all = all;
    this.step = step;
    this.result = result;
    this.done = done;
  }

  /** Begins one; the promise is kept when all were looked at. */
  static <T> void begin(LiveConnection[] all, Step step, T result, Promise<T> done) {
    new Look<>(all, step, result, done).run();
  }

  @Override
  public void run() {
    try {
      int left = PORTION;
      while (next < all.length && left > 0) {
        left -= 1 + step.look(all[next++]);
      }
    } catch (RuntimeException | Error e) {
      done.tryFailure(e);
      return;
    }
    if (next == all.length) {
      done.trySuccess(result);
    } else if (all[next].channel().eventLoop().isShuttingDown()) {
      done.cancel(false);
    } else { // not in this pass, which does what is due when it looks
      all[next].channel().eventLoop().schedule(this, 1, TimeUnit.MILLISECONDS);
    }
  }

  /** Finds connections. */
  static Step connections(Question question, Order order, Foremost<OpenConnection> found) {
    return at -> {
      if (!at.is(question.sought, question.tenants)) {
        return 0;
      }
      List<LiveConnection.Open> open = at.exchanges(ofConnections(question.sought));
      long now = question.now.getAsLong();
      if (question.sought.isOld(now - at.since())
          && (!question.sought.asksOfExchanges() || !open.isEmpty())) {
        long rank = order == Order.AGE ? now - at.since() : LiveConnection.bytes(open);
        found.add(rank, () -> at.describe(open, question.tenants, now));
      }
      return open.size();
    };
  }

  /** The id is that of the connection. */
  private static Sought ofConnections(Sought sought) {
    return sought.id() == null ? sought : Sought.ALL;
  }

  /** Finds exchanges. */
  static Step exchanges(Question question, Order order, Foremost<OpenExchange> found) {
    return at ->
        each(
            at,
            question,
            (open, now) -> {
              long rank = order == Order.AGE ? open.exchange().age(now) : open.exchange().bytes();
              found.add(rank, () -> open.exchange().describe(open.id(), now));
            });
  }

  /** Ends exchanges. */
  static Step ending(Question question, AtomicInteger ended) {
    Fault fault = Fault.of(Reason.ENDED_BY_OPERATOR);
    return at ->
        each(
            at,
            question,
            (open, _) -> {
              ended.incrementAndGet();
              open.exchange().end(fault);
            });
  }

  /** Asks connections to go, or closes them. */
  static Step closing(Question question, boolean atOnce, AtomicInteger closed) {
    Fault fault = Fault.of(Reason.ENDED_BY_OPERATOR);
    return at -> {
      if (!at.is(question.sought, question.tenants)
          || !question.sought.isOld(question.now.getAsLong() - at.since())) {
        return 0;
      }
      List<LiveConnection.Open> open = at.exchanges(ofConnections(question.sought));
      if (question.sought.asksOfExchanges() && open.isEmpty()) {
        return 0;
      }
      closed.incrementAndGet();
      if (atOnce) {
        at.codec().abort(fault);
      } else {
        at.codec().goAway();
      }
      return open.size();
    };
  }

  private interface Each {
    void exchange(LiveConnection.Open open, long now);
  }

  private static int each(LiveConnection at, Question question, Each what) {
    if (!at.is(question.sought, question.tenants)) {
      return 0;
    }
    List<LiveConnection.Open> open = at.exchanges(question.sought);
    long now = question.now.getAsLong();
    for (LiveConnection.Open each : open) {
      if (question.sought.isOld(each.exchange().age(now))) {
        what.exchange(each, now);
      }
    }
    return open.size();
  }
}
