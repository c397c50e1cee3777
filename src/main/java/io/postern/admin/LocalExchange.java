package io.postern.admin;

import io.netty.buffer.ByteBuf;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.http.DownstreamStream;
import io.postern.http.ExchangeFactory;
import io.postern.http.FieldNames;
import io.postern.http.Fields;
import io.postern.http.LocalReply;
import io.postern.http.Methods;
import io.postern.http.RequestHead;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;

/**
 * One request for a page of our own. What a client sends as content is thrown away.
 *
 * <p>Owned by the event loop of its connection.
 */
final class LocalExchange implements DownstreamStream.Listener {

  /** What is behind a port. */
  interface Site {

    /**
     * Answers a GET or HEAD, or a POST that it takes, by {@link #reply}, at once or later, on the
     * loop.
     */
    void answer(RequestHead request, LocalExchange exchange);

    /** Whether what is asked for may be asked for by a POST. */
    default boolean takesPost(RequestHead request) {
      return false;
    }
  }

  private final DownstreamStream stream;
  private final Site site;
  private boolean toHead;
  private boolean over;

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
    boolean post = head.method().contentEquals(Methods.POST) && site.takesPost(head);
    if (toHead || post || head.method().contentEquals(Methods.GET)) {
      site.answer(head, this);
    } else {
      LocalReply reply = Replies.text(405, "only GET and HEAD\n");
      reply.fields().add(FieldNames.ALLOW, Replies.GET_HEAD);
      reply(reply);
    }
  }

  /** Answers, unless it is too late. */
  void reply(LocalReply reply) {
    if (!over) {
      over = true;
      reply.writeTo(stream, toHead);
    }
  }

  /** Who asks. */
  InetSocketAddress client() {
    return stream.connection().client();
  }

  /** The event loop, for an answer that is made elsewhere. */
  Executor loop() {
    return stream.connection().loop();
  }

  @Override
  public void onContent(ByteBuf content, boolean last) {
    content.release();
  }

  @Override
  public void onTrailers(Fields trailers) {}

  @Override
  public void onWritable() {}

  @Override
  public void onFailed(Fault fault) {
    if (fault.reason().status() == Reason.CLIENT_GONE.status()) {
      over = true;
    } else {
      reply(LocalReply.of(fault));
    }
  }

  @Override
  public void onResponseSent() {}
}
