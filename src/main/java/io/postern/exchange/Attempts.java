package io.postern.exchange;

import io.postern.fault.Fault;
import io.postern.fault.Phase;
import io.postern.fault.Reason;
import io.postern.http.RequestHead;
import io.postern.observe.ExchangeRecord;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import io.postern.route.Route;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of one exchange at the servers of its pool: which server is next, the connection to
 * it, and what follows an attempt that failed. The methods stand in the order in which things
 * happen.
 *
 * <p>Owned by the event loop of its exchange.
 */
final class Attempts {

  private final Exchange exchange;
  private final ExchangeContext context;
  private final ExchangeRecord record;
  private final Transfer transfer;
  private final Route route;
  private final Pool pool;
  private final RequestHead request;
  private final Retries retries = new Retries();
  private @Nullable Attempt current;

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
  }

  /** Not one byte of content is taken before there is a connection to send it on. */
  void begin() {
    exchange.holdContent();
    pick();
  }

  private void pick() {
    Server server = context.picker(pool).pick(retries.tried());
    Server again = server == null ? retries.takeRefusing() : null;
    if (server != null) {
      connect(server, false);
    } else if (again != null) {
      connect(again, true);
    } else {
      Fault last = record.fault; // in the phase of the last attempt, or there was none
      if (last == null) {
        record.phase = Phase.QUEUE;
      }
      exchange.onFailed(last == null ? Fault.of(Reason.NO_SERVER) : last);
    }
  }

  private void connect(Server server, boolean fresh) {
    record.connecting(server.label(), server.index(), context.loop().deadlines().now());
    Attempt next = new Attempt(exchange, this, server);
    current = next;
    context
        .upstreams()
        .acquire(pool, server, fresh, (int) route.timeouts().connect().toMillis(), next);
  }

  /** The one that runs has failed, and is over. */
  void onFailed(Attempt failed, Fault fault) {
    Reason reason = fault.reason();
    switch (retries.after(failed, reason, request.method(), transfer.isUntouched())) {
      case SAME_SERVER -> {
        exchange.holdContent();
        connect(failed.server(), true);
      }
      case ANOTHER_SERVER -> {
        failed.charge(reason);
        record.fault = fault;
        begin();
      }
      case NONE -> {
        if (!transfer.wasEndedBy(reason.party())) {
          failed.charge(reason);
        }
        exchange.onFailed(fault);
      }
    }
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
    if (current != null) {
      current.cancel();
    }
  }
}
