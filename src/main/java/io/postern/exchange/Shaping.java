package io.postern.exchange;

import io.netty.channel.EventLoop;
import io.postern.fault.Fault;
import io.postern.fault.Phase;
import io.postern.fault.Reason;
import io.postern.http.Deadlines.Deadline;
import io.postern.observe.ExchangeRecord;
import io.postern.route.Route;
import io.postern.shaping.Bandwidth;
import io.postern.shaping.Link;
import io.postern.shaping.Share;
import io.postern.shaping.Ticket;
import io.postern.shaping.Way;
import io.postern.tenant.Tenant;
import org.jspecify.annotations.Nullable;

/**
 * What one exchange has to wait for beside its peers: its share of the bandwidth of its tenant and
 * its listener, where that is limited, and of the time of the loop. It waits before it begins, and
 * each of its messages after a piece of content.
 *
 * <p>Owned by the event loop of its exchange.
 */
final class Shaping implements Runnable {

  private final Exchange exchange;
  private final ExchangeContext context;
  private final Route route;
  private final ExchangeRecord record;
  private final Share share;
  private final @Nullable Bandwidth ofTenant;
  private final @Nullable Bandwidth ofListener;
  private @Nullable Runnable beginning;
  private @Nullable Ticket ticket;
  private @Nullable Deadline patience;
  private int passed;
  private long since;

  /** Nothing has been waited for yet. */
  Shaping(
      Exchange exchange,
      ExchangeContext context,
      Snapshot snapshot,
      Route route,
      ExchangeRecord record) {
    Tenant tenant = record.tenant;
    this.exchange = exchange;
    this.context = context;
    this.route = route;
    this.record = record;
    this.share = tenant == null ? Share.OF_UNKNOWN : tenant.share();
    this.ofTenant = tenant == null ? null : tenant.bandwidth();
    this.ofListener = snapshot.bandwidth(record.connection.listener());
  }

  /** Has the exchange go on to a server, but not while others have a right to go on before. */
  void begin(Runnable goOn) {
    beginning = goOn;
    if (next()) {
      beginning = null;
      goOn.run();
      return;
    }
    exchange.holdContent();
    record.phase = Phase.QUEUE;
    since = now();
    patience = context.loop().deadlines().create(this::onWaitedLong);
    patience.after(route.timeouts().queue().toNanos());
  }

  private void onWaitedLong() {
    exchange.onFailed(Fault.of(Reason.QUEUE_TIMEOUT));
  }

  private boolean next() {
    while (passed < 3) {
      passed++;
      ticket =
          switch (passed) {
            case 1 -> pass(ofTenant, Way.SENT, 0, this);
            case 2 -> pass(ofListener, Way.SENT, 0, this);
            default -> beginInTime();
          };
      if (ticket != null) {
        return false;
      }
    }
    return true;
  }

  private @Nullable Ticket beginInTime() {
    Ticket waits = context.time().begin(share, route.precedence(), now(), this);
    context.loop().turns().keepShort(context.time().sharedUntil());
    return waits;
  }

  /** One of those that it waited for has let it go on. */
  @Override
  public void run() {
    ticket = null;
    Runnable goOn = beginning;
    if (goOn != null && next()) {
      end();
      goOn.run();
    }
  }

  /** It does not wait to begin any more. */
  void end() {
    if (beginning != null) {
      beginning = null;
      waited(since);
    }
    if (ticket != null) {
      ticket.leave();
    }
    if (patience != null) {
      patience.cancel();
    }
  }

  /** Whether bandwidth is limited at all. */
  boolean isLimited() {
    return (ofTenant != null && ofTenant.isLimited()) || ofListener != null;
  }

  /** What the content of a message passes. */
  Flow flow(Way way, Runnable onTurn) {
    return new Flow(this, ofTenant, ofListener, way, onTurn);
  }

  /** So much has passed; null where more may follow at once. */
  @Nullable Ticket pass(@Nullable Bandwidth bandwidth, Way way, long bytes, Runnable onTurn) {
    Link link = bandwidth == null ? null : bandwidth.link(way);
    return link == null ? null : link.pass(loop(), share, route.precedence(), bytes, onTurn);
  }

  /** So much has passed, and nothing follows. */
  void last(@Nullable Bandwidth bandwidth, Way way, long bytes) {
    Link link = bandwidth == null ? null : bandwidth.link(way);
    if (link != null && bytes > 0) {
      link.last(loop(), share, route.precedence(), bytes);
    }
  }

  /** So much has passed; null where the loop has time for more. */
  @Nullable Ticket passInTime(long bytes, Runnable onTurn) {
    Ticket waits = context.time().pass(share, route.precedence(), bytes, onTurn);
    context.loop().turns().keepShort(context.time().sharedUntil());
    return waits;
  }

  /** Something was waited for until now. */
  void waited(long from) {
    record.shapedNanos += now() - from;
  }

  long now() {
    return context.loop().deadlines().now();
  }

  private EventLoop loop() {
    return context.loop().loop();
  }
}
