package io.postern.exchange;

import io.netty.util.AsciiString;
import io.postern.fault.Fault;
import io.postern.http.DownstreamStream;
import io.postern.observe.ExchangeRecord;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * An exchange as it is now, for somebody who looks at all that are open. Made when somebody looks,
 * so that exchanges at which nobody looks pay nothing.
 *
 * <p>Owned by the event loop of the exchange, and of no use after the pass of the loop.
 */
public final class LiveExchange {

  private final Exchange exchange;
  private final ExchangeRecord record;
  private final Transfer transfer;

  LiveExchange(Exchange exchange, ExchangeRecord record, Transfer transfer) {
    this.exchange = exchange;
    this.record = record;
    this.transfer = transfer;
  }

  /** What a stream brought; null where it is no exchange with a server, or is over. */
  public static @Nullable LiveExchange of(DownstreamStream.Listener listener) {
    return listener instanceof Exchange exchange ? exchange.live() : null;
  }

  /** Whether it is what somebody looks for, as far as it and not its connection tells. */
  public boolean is(Sought sought) {
    return (sought.host() == null || sought.host().equalsIgnoreCase(hostOf(record.authority)))
        && Sought.is(sought.route(), record.route)
        && Sought.is(sought.pool(), record.pool)
        && Sought.is(sought.server(), record.server);
  }

  private static String hostOf(AsciiString authority) {
    int end = authority.length();
    int colon = authority.lastIndexOf(":");
    boolean port = colon > 0 && authority.indexOf("]", colon) < 0;
    return authority.subSequence(0, port ? colon : end).toString();
  }

  /** How long ago its first byte came, in nanoseconds. */
  public long age(long now) {
    return now - record.headStarted;
  }

  /** Bytes of content both ways. */
  public long bytes() {
    return transfer.bytesReceived() + transfer.bytesSent();
  }

  /** What is told of it. */
  public OpenExchange describe(LiveId id, long now) {
    return new OpenExchange(
        id.toString(),
        record.connection.id(),
        record.connection.listener(),
        record.connection.whence(),
        record.tenant == null ? null : record.tenant.name().toString(),
        record.requestId.toString(),
        record.method.toString(),
        record.authority.toString(),
        record.target.toString(),
        record.route,
        record.pool,
        record.server,
        stage(),
        TimeUnit.NANOSECONDS.toMillis(age(now)),
        transfer.bytesReceived(),
        transfer.bytesSent());
  }

  private Stage stage() {
    if (record.upgrade != null) {
      return Stage.TUNNEL;
    }
    return switch (record.phase) {
      case REQUEST -> Stage.BEGINNING;
      case QUEUE -> Stage.WAITING_FOR_SERVER;
      case CONNECT -> Stage.CONNECTING;
      case HEADERS -> stageBeforeResponse();
      case DATA, LAST, DONE -> Stage.SENDING_RESPONSE;
    };
  }

  private Stage stageBeforeResponse() {
    if (transfer.isHeld()) {
      return Stage.WAITING_FOR_SERVER; // for another one
    }
    return transfer.isAnswerDue() ? Stage.WAITING_FOR_RESPONSE : Stage.SENDING_REQUEST;
  }

  /** Ends it; the client is answered where no response has begun. */
  public void end(Fault fault) {
    exchange.onFailed(fault);
  }
}
