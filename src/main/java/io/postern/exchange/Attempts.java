package io.postern.exchange;

import io.netty.util.concurrent.Future;
import io.postern.config.PoolConfig;
import io.postern.config.RetryConfig;
import io.postern.fault.Fault;
import io.postern.fault.Phase;
import io.postern.fault.Reason;
import io.postern.http.Fields;
import io.postern.http.Methods;
import io.postern.http.RequestHead;
import io.postern.observe.ExchangeRecord;
import io.postern.pool.Picker;
import io.postern.pool.Pool;
import io.postern.pool.Queue;
import io.postern.pool.Selection;
import io.postern.pool.Server;
import io.postern.pool.Stickiness;
import io.postern.pool.Tried;
import io.postern.route.Route;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of one exchange at the servers of its pool: which server is next, the wait where
 * none has room, the connection, and what follows an attempt that failed. The methods stand in the
 * order in which things happen.
 *
 * <p>Owned by the event loop of its exchange.
 */
final class Attempts implements Picker.Reach, Runnable {

  private final Exchange exchange;
  private final ExchangeContext context;
  private final ExchangeRecord record;
  private final Transfer transfer;
  private final Route route;
  private final Pool pool;
  private final RequestHead request;
  private final Retries retries;
  private final long key;
  private final boolean countsBytes;
  private final @Nullable Server before;
  private @Nullable Attempt current;
  private boolean shortened;
  private @Nullable QueueWait queued;
  private @Nullable Future<?> backoff;

  Attempts(
      Exchange exchange,
      ExchangeContext context,
      ExchangeRecord record,
      Transfer transfer,
      Route route,
      Pool pool,
      RequestHead request) {
    this.exchange = exchange;
    this.context = context;
    this.record = record;
    this.transfer = transfer;
    this.route = route;
    this.pool = pool;
    this.request = request;
    this.retries = new Retries(route.retry());
    Selection selection = pool.selection();
    this.key = selection.key(request, record.tenant, record.connection.clientIp());
    this.countsBytes = selection.policy() == PoolConfig.Balance.LEAST_OUTSTANDING;
    Stickiness sticky = selection.stickiness();
    this.before = sticky == null ? null : sticky.of(request, pool.servers());
  }

  /** What becomes of the exchange. */
  ExchangeRecord record() {
    return record;
  }

  ExchangeContext context() {
    return context;
  }

  /** Looks for a server, for the first time. */
  @Override
  public void run() {
    pool.retryBudget().request();
    next();
  }

  /** Not one byte of content is taken before there is a connection to send it on. */
  private void next() {
    exchange.holdContent();
    Queue queue = pool.queue();
    boolean behindOthers = queue != null && queue.isAhead(route.precedence());
    Server server = behindOthers ? null : choose();
    if (server != null) {
      connect(server);
    } else if (isAnyUsable()) {
      waitForRoom(queue);
    } else if (retries.forgive()) {
      next();
    } else {
      noServer();
    }
  }

  /** The server that the client was at before, else one by the policy; null where none has room. */
  @Nullable Server choose() {
    boolean back =
        before != null
            && before.takesBack()
            && (retries.tried() == null || !retries.tried().contains(before))
            && reaches(before)
            && before.tryChoose();
    return back ? before : picker().pick(retries.tried(), key, this);
  }

  private Picker picker() {
    return context.picker(pool);
  }

  void noServer() {
    Fault last = record.fault; // in the phase of the last attempt, or there was none
    if (last == null) {
      record.phase = Phase.QUEUE;
    }
    exchange.onFailed(last == null ? Fault.of(Reason.NO_SERVER) : last);
  }

  // All servers have as much in flight, or as many connections, as they may.

  private void waitForRoom(@Nullable Queue queue) {
    record.phase = Phase.QUEUE;
    if (queue == null) { // it came up between two looks
      exchange.onFailed(Fault.of(Reason.NO_SERVER));
      return;
    }
    queued = new QueueWait(this, route.precedence());
    queued.begin(queue, route.timeouts().queue());
  }

  /** It waits no more, and in vain. */
  void onRefused(Fault fault) {
    exchange.onFailed(fault);
  }

  boolean hasTried() {
    return retries.tried() != null;
  }

  boolean isAnyUsable() {
    return picker().isAnyUsable(retries.tried());
  }

  @Override
  public boolean reaches(Server server) {
    return context.upstreams().reaches(pool, server, record.connection);
  }

  /** See {@link Queue.Waiter#home}. */
  @Nullable Object home() {
    return pool.connections() == null ? null : context.upstreams().home(pool, record.connection);
  }

  /** An idle connection that is of no use to us may have to go for one that is. */
  void makeRoom() {
    context.upstreams().makeRoom(pool);
  }

  /** Others have opened the last connection that there may be, between our choice and now. */
  void onNoRoom() {
    next();
  }

  // A connection.

  void connect(Server server) {
    connect(server, retries.isAskedAgain());
  }

  private void connect(Server server, boolean fresh) {
    record.connecting(server.label(), server.index(), now());
    Attempt next = new Attempt(exchange, this, server);
    current = next;
    context
        .upstreams()
        .acquire(pool, server, fresh, (int) route.timeouts().connect().toMillis(), next);
  }

  /** So many bytes of content are announced; -1 where that is not known. */
  void due(long bytes) {
    if (countsBytes && current != null) {
      current.due(bytes);
    }
  }

  /** So many of them are passed on. */
  void passed(int bytes) {
    if (countsBytes && current != null) {
      current.passed(bytes);
    }
  }

  /** The response is that of the server which runs: has the client come back to it. */
  void stick(Fields response) {
    Stickiness sticky = pool.selection().stickiness();
    if (sticky != null && current != null && current.server() != before) {
      boolean lost = before == null || !before.takesBack();
      if (lost) {
        sticky.set(response, current.server(), record.connection.tls() != null);
      }
    }
  }

  // An attempt that came to nothing.

  /** The one that runs has failed, and is over. */
  void onFailed(Attempt failed, Fault fault) {
    Reason reason = fault.reason();
    RetryConfig.Reason why = Retries.why(reason);
    boolean stale = reason == Reason.SERVER_RESET && failed.wasOnStaleConnection();
    Retries.Next next = retries.after(why, isIdempotent(), transfer.isRepeatable(), stale);
    if (next == Retries.Next.SAME_SERVER) {
      exchange.holdContent();
      again(failed.server());
      return;
    }
    if (!transfer.wasEndedBy(reason.party())) {
      failed.charge(reason);
    }
    if (why == null || next == Retries.Next.NONE || !isWithinBudget(why)) {
      exchange.onFailed(fault);
      return;
    }
    record.fault = fault;
    retry(failed.server(), why);
  }

  private boolean isIdempotent() {
    return Methods.isIdempotent(request.method());
  }

  private boolean isWithinBudget(RetryConfig.Reason why) {
    return pool.retryBudget().take(why, context.loop().deadlines().now());
  }

  private void again(Server server) {
    if (!server.isGone() && reaches(server) && server.tryChoose()) {
      connect(server, true);
    } else {
      next();
    }
  }

  private void retry(Server failed, RetryConfig.Reason why) {
    retries.failed(failed, why);
    long nanos = retries.backoff(why, context.random());
    if (nanos == 0) {
      next();
    } else {
      exchange.holdContent();
      backoff = context.loop().loop().schedule(this::next, nanos, TimeUnit.NANOSECONDS);
    }
  }

  /**
   * The head of a response has come. Where another server may do better, that is asked.
   *
   * @return whether it is, and the response is nobody's
   */
  boolean isMended(int status) {
    return retries.concerns(status) && triesAnother(RetryConfig.Reason.STATUS, null);
  }

  /**
   * The server was silent for as long as an attempt may take.
   *
   * @return whether another one is asked
   */
  boolean isMended(Fault silence) {
    return Retries.why(silence.reason()) == RetryConfig.Reason.RESPONSE_TIMEOUT
        && triesAnother(RetryConfig.Reason.RESPONSE_TIMEOUT, silence);
  }

  private boolean triesAnother(RetryConfig.Reason why, @Nullable Fault fault) {
    Attempt failed = current;
    if (failed == null || !mayFollow(why, failed) || !isWithinBudget(why)) {
      return false;
    }
    retries.after(why, isIdempotent(), transfer.isRepeatable(), false);
    if (fault != null) {
      failed.charge(fault.reason());
      record.fault = fault;
    }
    failed.cancel();
    retry(failed.server(), why);
    return true;
  }

  private boolean mayFollow(RetryConfig.Reason why, Attempt failed) {
    return retries.allows(why, isIdempotent(), transfer.isRepeatable())
        && picker().isAnyUsable(Tried.with(retries.tried(), failed.server()));
  }

  /** How long the attempt that runs may wait for the head of the response. */
  Duration responseTimeout() {
    Duration whole = route.timeouts().response();
    Duration one = route.retry().attemptTimeout();
    Attempt runs = current;
    boolean shorter =
        one != null
            && runs != null
            && one.compareTo(whole) < 0
            && mayFollow(RetryConfig.Reason.RESPONSE_TIMEOUT, runs);
    shortened = shorter;
    return shorter && one != null ? one : whole;
  }

  /**
   * The server was silent for as long as an attempt may take, and no other can be asked.
   *
   * @return how long it may be silent yet, by the route; null for no longer
   */
  @Nullable Duration rest(Fault silence) {
    Duration one = route.retry().attemptTimeout();
    boolean more = shortened && silence.reason() == Reason.RESPONSE_TIMEOUT && one != null;
    shortened = false;
    return more && one != null ? route.timeouts().response().minus(one) : null;
  }

  // The end.

  long now() {
    return context.loop().deadlines().now();
  }

  /** The server of the one that runs is to blame for this, if anyone is. */
  void charge(Reason reason) {
    if (current != null) {
      current.charge(reason);
    }
  }

  /** Both messages are complete: the connection to the server may be another's from now on. */
  void end() {
    if (current != null) {
      current.end();
    }
  }

  /** The exchange is over, whether or not the messages are complete. */
  void cancel() {
    if (queued != null) {
      queued.end();
    }
    if (backoff != null) {
      backoff.cancel(false);
    }
    if (current != null) {
      current.cancel();
      if (current.server().isFar()) {
        current.server().crossed(transfer.bytesReceived(), transfer.bytesSent());
      }
    }
  }
}
