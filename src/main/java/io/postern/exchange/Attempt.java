package io.postern.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import io.postern.fault.Fault;
import io.postern.fault.FaultException;
import io.postern.fault.Reason;
import io.postern.http.DownstreamConnection;
import io.postern.http.Fields;
import io.postern.http.Passage;
import io.postern.http.ResponseHead;
import io.postern.http.UpstreamConnection;
import io.postern.http.UpstreamStream;
import io.postern.pool.Outcomes;
import io.postern.pool.Server;
import io.postern.upstream.UpstreamConnections;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One try of an exchange on one server: from the wish for a connection to the end of the response.
 * Once it is over, by whatever end, it tells its exchange nothing any more.
 *
 * <p>Owned by the event loop of its exchange.
 */
final class Attempt implements UpstreamConnections.Waiter, UpstreamStream.Listener {

  /** 102 and 104 may be said every now and then while the server works; but not for ever. */
  private static final int MOST_INTERIM = 100;

  private static final int TOLD_BY = 128 * 1024;
  private static final long MOST_DUE = 64 << 20;

  private final Exchange exchange;
  private final Attempts attempts;
  private final Server server;
  private final @Nullable Outcomes outcomes;
  private @Nullable UpstreamStream stream;
  private @Nullable UpstreamConnection connection;
  private int interim;
  private long due;
  private long told;
  private boolean reused;
  private boolean judged;
  private boolean over;

  Attempt(Exchange exchange, Attempts attempts, Server server) {
    this.exchange = exchange;
    this.attempts = attempts;
    this.server = server;
    this.outcomes = server.outcomes();
  }

  Server server() {
    return server;
  }

  /**
   * Whether the connection is lost, and had served another exchange before: the server may have
   * been closing it.
   */
  boolean wasOnStaleConnection() {
    return reused && connection != null && connection.isLost();
  }

  /** Blame comes before counting: a client that goes away never counts against a server. */
  void charge(Reason reason) {
    if (reason.chargesServer()) {
      server.charge();
      if (outcomes != null && !judged) {
        judged = true;
        outcomes.failed(reason, attempts.now());
      }
    }
  }

  private void judge(Outcomes told, int status) {
    if (told.isFailure(status)) {
      judged = true;
      told.failed(status, attempts.now());
    }
  }

  /** The whole response is here. */
  private void answered() {
    if (outcomes != null && !judged) {
      judged = true;
      outcomes.succeeded(attempts.now());
    }
  }

  /** So many bytes of content were announced that its server is to send or to take. */
  void due(long bytes) {
    if (bytes > 0 && !over) {
      due = Math.min(Long.MAX_VALUE - bytes, due) + bytes;
      tellDue(0);
    }
  }

  /**
   * So many of them have been passed on; told to the server, which all loops share, now and then.
   */
  void passed(int bytes) {
    due = Math.max(0, due - bytes);
    tellDue(TOLD_BY);
  }

  /** No more than some is believed: whoever announces much may never send it. */
  private void tellDue(int least) {
    long change = Math.min(due, MOST_DUE) - told;
    if (!over && Math.abs(change) > least) {
      told += change;
      server.bytesDue(change);
    }
  }

  /** Ends it without a word to anyone; the connection goes unless both messages were complete. */
  void cancel() {
    if (end() && stream != null) {
      stream.cancel();
    }
  }

  /** Ends it well: the response is complete. */
  boolean end() {
    if (over) {
      return false;
    }
    over = true;
    if (told > 0) {
      server.bytesDue(-told);
    }
    server.finished();
    return true;
  }

  @Override
  public boolean isWaiting() {
    return !over;
  }

  @Override
  public DownstreamConnection client() {
    return attempts.record().connection;
  }

  @Override
  public AsciiString requestId() {
    return attempts.record().requestId;
  }

  @Override
  public void onConnected(UpstreamConnection connected) {
    connection = connected;
    reused = connected.isReused();
    UpstreamStream opened = connected.open(this);
    stream = opened;
    exchange.onUpstream(opened, reused);
  }

  @Override
  public void onConnectFailed(Fault fault) {
    onFailed(fault);
  }

  @Override
  public void onNoRoom() {
    if (end()) {
      attempts.onNoRoom();
    }
  }

  @Override
  public void onRefused(Fault fault, Supplier<Passage> bytes) {
    attempts.context().sink().refused(client(), server.label(), fault, bytes);
  }

  @Override
  public void onInformational(ResponseHead head) {
    if (over) {
      return;
    }
    if (++interim > MOST_INTERIM) {
      throw new FaultException(Reason.BAD_RESPONSE, "more than " + MOST_INTERIM + " interim heads");
    }
    exchange.onInformational(head);
  }

  @Override
  public void onHead(ResponseHead head, boolean last) {
    if (!over) {
      if (outcomes != null) {
        judge(outcomes, head.status());
      }
      if (last) {
        answered();
      }
      exchange.onResponseHead(head, last);
    }
  }

  @Override
  public void onContent(ByteBuf content, boolean last) {
    if (over) {
      content.release();
    } else {
      if (last) {
        answered();
      }
      exchange.onResponseContent(content, last);
    }
  }

  @Override
  public void onTrailers(Fields trailers) {
    if (!over) {
      answered();
      exchange.onResponseTrailers(trailers);
    }
  }

  @Override
  public void onWritable() {
    if (!over) {
      exchange.onUpstreamWritable();
    }
  }

  @Override
  public void onFailed(Fault fault) {
    if (end()) {
      attempts.onFailed(this, fault);
    }
  }
}
