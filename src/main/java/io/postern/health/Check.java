package io.postern.health;

import io.netty.buffer.ByteBuf;
import io.netty.util.concurrent.Future;
import io.postern.config.ActiveCheck;
import io.postern.fault.Fault;
import io.postern.http.Fields;
import io.postern.http.LoopContext;
import io.postern.http.ResponseHead;
import io.postern.http.UpstreamConnection;
import io.postern.http.UpstreamStream;
import io.postern.upstream.Connector;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One check of one server, on a connection of its own. Its result is told once, by the timeout at
 * the latest. After the head of a response the content is still read, so that the server does not
 * meet a reset, but no longer than the timeout and no more than {@link Examiner#MOST_CONTENT}.
 *
 * <p>Owned by the event loop of the server's checks.
 */
final class Check implements Connector.Listener, UpstreamStream.Listener, UpstreamConnection.Owner {

  private static final String NO_CONNECTION = "no connection within ";

  private final CheckTarget target;
  private final ActiveCheck config;
  private final @Nullable Examiner examiner;
  private final Future<?> timeout;

  /** Takes what was wrong, or an empty text; null once it is told. */
  private @Nullable Consumer<@Nullable String> listener;

  private @Nullable UpstreamConnection connection;
  private long content;

  private Check(
      CheckTarget target,
      ActiveCheck config,
      LoopContext loop,
      Consumer<@Nullable String> listener) {
    this.target = target;
    this.config = config;
    this.examiner = target.examiner();
    this.listener = listener;
    timeout =
        loop.loop().schedule(this::onTimeout, config.timeout().toNanos(), TimeUnit.NANOSECONDS);
  }

  /**
   * Begins a check.
   *
   * @param listener takes what was wrong, in words for the log; an empty text where all was well,
   *     and null where we ourselves had nothing left to check with
   */
  static Check begin(
      CheckTarget target,
      ActiveCheck config,
      LoopContext loop,
      Connector connector,
      Consumer<@Nullable String> listener) {
    Check check = new Check(target, config, loop, listener);
    int millis = (int) config.timeout().toMillis();
    connector.connect(target.to(), millis, check, check);
    return check;
  }

  /** Ends it without a result. */
  void cancel() {
    listener = null;
    close();
  }

  private void found(@Nullable String verdict) {
    if (verdict != null) {
      tell(verdict);
    }
  }

  private void tell(@Nullable String failure) {
    Consumer<@Nullable String> told = listener;
    listener = null;
    if (told != null) {
      told.accept(failure);
    }
  }

  private void onTimeout() {
    tell((connection != null ? "no answer within " : NO_CONNECTION) + Words.of(config.timeout()));
    close();
  }

  private void close() {
    timeout.cancel(false);
    if (connection != null) {
      connection.close();
    }
  }

  @Override
  public void onConnected(UpstreamConnection opened) {
    connection = opened;
    if (listener == null) {
      close(); // too late
    } else if (examiner == null) {
      tell(Examiner.GOOD);
      close();
    } else if (opened.room() == 0) {
      tell("the server allows no streams");
      close();
    } else {
      target.ask(opened.open(this), !opened.isShared());
    }
  }

  @Override
  public void onConnectFailed(Fault fault) {
    onFailed(fault);
  }

  @Override
  public void onInformational(ResponseHead head) {
    // The final head follows.
  }

  @Override
  public void onHead(ResponseHead head, boolean last) {
    found(examiner == null ? null : examiner.head(head, last));
  }

  @Override
  public void onContent(ByteBuf piece, boolean last) {
    content += piece.readableBytes();
    try {
      found(listener == null || examiner == null ? null : examiner.content(piece, last));
    } finally {
      piece.release();
    }
    if (content > Examiner.MOST_CONTENT) {
      close();
    }
  }

  @Override
  public void onTrailers(Fields trailers) {
    // What becomes of the connection is told by its own calls.
    found(listener == null || examiner == null ? null : examiner.trailers(trailers));
  }

  @Override
  public void onWritable() {
    // There is nothing left to write.
  }

  @Override
  public void onFailed(Fault fault) {
    switch (fault.reason()) {
      case CONNECT_TIMEOUT -> tell(NO_CONNECTION + Words.of(config.timeout()));
      case OVERLOADED -> tell(null);
      default -> tell(Words.of(fault));
    }
    close();
  }

  /** The server would keep the connection, and nobody else has a use for it. */
  @Override
  public void onFree(UpstreamConnection kept) {
    close();
  }

  @Override
  public void onClosed(UpstreamConnection gone) {
    if (listener == null) {
      timeout.cancel(false);
    }
  }
}
