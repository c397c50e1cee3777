package io.postern.admin;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.http.DownstreamConnection;
import io.postern.http.DownstreamStream;
import io.postern.http.ExchangeFactory;
import io.postern.http.FieldNames;
import io.postern.http.Fields;
import io.postern.http.HttpVersion;
import io.postern.http.LocalReply;
import io.postern.http.Methods;
import io.postern.http.RequestHead;
import io.postern.http.ResponseHead;
import java.io.ByteArrayOutputStream;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One request for a page of our own. What comes with a GET is thrown away; what comes with another
 * method is kept, up to a bound.
 *
 * <p>Owned by the event loop of its connection.
 */
final class LocalExchange implements DownstreamStream.Listener {

  private static final int MOST_CONTENT = 16 * 1024;
  private static final int PATIENCE_SECONDS = 10;
  private static final byte[] NOTHING = {};

  /** What is behind a port. */
  interface Site {

    /**
     * Answers a GET or HEAD, or another method that it takes, by {@link #reply}, at once or later,
     * on the loop.
     *
     * @param content what came with it; nothing for a GET or HEAD
     */
    void answer(RequestHead request, byte[] content, LocalExchange exchange);

    /**
     * Whether what is asked for may be asked for by other methods than GET and HEAD.
     *
     * @throws Refused where not by who asks
     */
    default boolean takes(RequestHead request, DownstreamConnection from) {
      return false;
    }
  }

  private final DownstreamStream stream;
  private final Site site;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream(0);
  private @Nullable RequestHead unanswered;
  private boolean toHead;
  private boolean begun;
  private boolean over;
  private Runnable onWritable = () -> {};

  private LocalExchange(DownstreamStream stream, Site site) {
    this.stream = stream;
    this.site = site;
  }

  static ExchangeFactory of(Site site) {
    return (stream, headStarted) -> new LocalExchange(stream, site);
  }

  @Override
  public void onHead(RequestHead head, boolean last) {
    toHead = head.isHead();
    if (toHead || head.method().contentEquals(Methods.GET)) {
      site.answer(head, NOTHING, this);
    } else {
      other(head, last);
    }
  }

  private void other(RequestHead head, boolean last) {
    try {
      if (!site.takes(head, from())) {
        LocalReply reply = Replies.text(405, "only GET and HEAD\n");
        reply.fields().add(FieldNames.ALLOW, Replies.GET_HEAD);
        reply(reply);
      } else if (last) {
        site.answer(head, NOTHING, this);
      } else {
        await(head);
      }
    } catch (Refused e) {
      reply(Ask.refusal(head, e));
    }
  }

  private void await(RequestHead head) {
    unanswered = head;
    loop().schedule(this::tooLate, PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (head.expectsContinue()) {
      stream.writeInformational(
          new ResponseHead(HttpVersion.HTTP_1_1, 100, new Fields(0), -1, false));
    }
  }

  private void tooLate() {
    if (unanswered != null) {
      unanswered = null;
      reply(Replies.closing(408, "the content did not come\n"));
    }
  }

  /** Answers, unless it is too late. */
  void reply(LocalReply reply) {
    if (!over) {
      over = true;
      reply.writeTo(stream, toHead);
    }
  }

  /**
   * Answers by a head that content follows, in as many pieces as there will be.
   *
   * @param onWritable called when more may be written again
   */
  void begin(int status, Fields fields, Runnable onWritable) {
    if (!over) {
      this.onWritable = onWritable;
      begun = true;
      stream.writeHead(
          new ResponseHead(HttpVersion.HTTP_1_1, status, fields, -1, !toHead), toHead, false);
      over = toHead;
    }
  }

  /**
   * Writes a piece of what {@link #begin} began.
   *
   * @return whether there is somebody who takes it
   */
  boolean write(byte[] piece, boolean last) {
    if (over) {
      return false;
    }
    over = last;
    stream.writeContent(Unpooled.wrappedBuffer(piece), last);
    return true;
  }

  /** Whether a piece may be written without piling up in memory. */
  boolean isWritable() {
    return !over && stream.isWritable();
  }

  /** Whether nobody waits for more. */
  boolean isOver() {
    return over;
  }

  /** Who asks. */
  DownstreamConnection from() {
    return stream.connection();
  }

  /** The event loop, for an answer that is made elsewhere. */
  EventLoop loop() {
    return stream.connection().loop();
  }

  @Override
  public void onContent(ByteBuf content, boolean last) {
    RequestHead head = unanswered;
    if (head != null && kept.size() + content.readableBytes() > MOST_CONTENT) {
      unanswered = null;
      reply(Replies.text(413, "at most " + MOST_CONTENT + " bytes of content are taken\n"));
    } else if (head != null) {
      byte[] bytes = new byte[content.readableBytes()];
      content.readBytes(bytes);
      kept.writeBytes(bytes);
    }
    content.release();
    if (last) {
      answer();
    }
  }

  private void answer() {
    RequestHead head = unanswered;
    unanswered = null;
    if (head != null) {
      site.answer(head, kept.toByteArray(), this);
    }
  }

  @Override
  public void onTrailers(Fields trailers) {
    answer();
  }

  @Override
  public void onWritable() {
    onWritable.run();
  }

  @Override
  public void onFailed(Fault fault) {
    unanswered = null;
    if (fault.reason().status() == Reason.CLIENT_GONE.status()) {
      over = true;
    } else if (begun) {
      write(NOTHING, true); // in good order, for it says no more
    } else {
      reply(LocalReply.of(fault));
    }
  }

  @Override
  public void onResponseSent() {}
}
