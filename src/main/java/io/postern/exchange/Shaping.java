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
      boolean open =
          switch (passed) {
            case 1 -> isFree(ofTenant);
            case 2 -> isFree(ofListener);
            default -> beginsInTime();
          };
      if (!open) {
        return false;
      }
    }
    return true;
  }

  private boolean beginsInTime() {
    boolean open = context.time().begin(share, route.precedence(), now(), this);
    context.loop().turns().keepShort(context.time().sharedUntil());
    return open;
  }

  private boolean isFree(@Nullable Bandwidth bandwidth) {
    return bandwidth == null || bandwidth.sent().pass(loop(), share, route.precedence(), 0, this);
  }

  /** One of those that it waited for has let it go on. */
  @Override
  public void run() {
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
    if (patience != null) {
      patience.cancel();
    }
  }

  /** Whether bandwidth is limited at all. */
  boolean isLimited() {
    return ofTenant != null || ofListener != null;
  }

  /** What the content of the request passes. */
  Flow received(Runnable onTurn) {
    return new Flow(
        this,
        ofTenant == null ? null : ofTenant.received(),
        ofListener == null ? null : ofListener.received(),
        onTurn);
  }

  /** What the content of the response passes. */
  Flow sent(Runnable onTurn) {
    return new Flow(
        this,
        ofTenant == null ? null : ofTenant.sent(),
        ofListener == null ? null : ofListener.sent(),
        onTurn);
  }

  /** Whether so much may be followed by more at once. */
  boolean passes(@Nullable Link link, long bytes, @Nullable Runnable onTurn) {
    return link == null || link.pass(loop(), share, route.precedence(), bytes, onTurn);
  }

  /** Whether the loop has time for more. */
  boolean hasTime(long bytes, Runnable onTurn) {
    boolean open = context.time().pass(share, route.precedence(), bytes, onTurn);
    context.loop().turns().keepShort(context.time().sharedUntil());
    return open;
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
