package io.postern.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.channel.EventLoop;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.Future;
import io.postern.event.Event;
import io.postern.event.Events;
import io.postern.http.FieldNames;
import io.postern.http.Fields;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who reads what happens, as the HTML standard has it (server-sent events). Nothing waits
 * for a slow one: what is kept no more when it reads on is lost to it, and it is told how many
 * were.
 *
 * <p>Owned by the event loop of who asks; told from any thread that there is more.
 */
final class EventStream {

  private static final AsciiString TYPE = AsciiString.cached("text/event-stream");
  private static final AsciiString NO_STORE = AsciiString.cached("no-store");
  private static final byte[] HEARTBEAT = ":\n\n".getBytes(UTF_8);
  private static final long HEARTBEAT_SECONDS = 15;

  private final Events events;
  private final LocalExchange exchange;
  private final Runnable onMore = this::onMore;
  private final AtomicBoolean told = new AtomicBoolean();
  private long seen;
  private @Nullable Future<?> heartbeat;

  /**
   * A reader that has not begun.
   *
   * @param seen the number of the last event that it knows
   */
  EventStream(Events events, LocalExchange exchange, long seen) {
    this.events = events;
    this.exchange = exchange;
    this.seen = Math.min(seen, events.last()); // it may be of a process that was before this one
  }

  void begin() {
    Fields fields =
        new Fields(2).add(FieldNames.CONTENT_TYPE, TYPE).add(FieldNames.CACHE_CONTROL, NO_STORE);
    exchange.begin(200, fields, this::writeAll);
    if (exchange.isOver()) {
      return; // it was a HEAD
    }
    heartbeat =
        loop()
            .scheduleAtFixedRate(
                this::beat, HEARTBEAT_SECONDS, HEARTBEAT_SECONDS, TimeUnit.SECONDS);
    events.listen(onMore);
    exchange.write(HEARTBEAT, false); // so that the head is seen at once
    writeAll();
  }

  private EventLoop loop() {
    return exchange.loop();
  }

  private void onMore() {
    if (told.getAndSet(true)) {
      return;
    }
    try {
      loop().execute(this::writeAll);
    } catch (RejectedExecutionException e) {
      events.leave(onMore); // the loop has ended, and the reader with it
    }
  }

  private void beat() {
    if (!isOver() && exchange.isWritable()) {
      exchange.write(HEARTBEAT, false);
    }
  }

  /** Whether it has gone; then it is told nothing more. */
  boolean isOver() {
    boolean over = exchange.isOver();
    if (over) {
      events.leave(onMore);
      if (heartbeat != null) {
        heartbeat.cancel(false);
      }
    }
    return over;
  }

  private void writeAll() {
    told.set(false);
    if (isOver()) {
      return;
    }
    for (Event each : events.since(seen)) {
      if (!exchange.isWritable()) {
        return; // goes on when it is
      }
      String lost =
          each.number() > seen + 1
              ? "event: lost\ndata: {\"lost\":%d}\n\n".formatted(each.number() - seen - 1)
              : "";
      seen = each.number();
      exchange.write((lost + text(each)).getBytes(UTF_8), false);
    }
  }

  /** JSON has no line breaks of its own. */
  private static String text(Event event) {
    byte[] json = Page.json(to -> EventResource.EVENTS.members(to, event));
    return "id: %d\nevent: %s\ndata: %s\n"
        .formatted(event.number(), event.kind().label(), new String(json, UTF_8));
  }
}
