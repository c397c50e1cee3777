package io.postern.exchange;

import io.netty.buffer.ByteBuf;
import io.postern.config.RouteConfig.RequestBody;
import io.postern.config.Size;
import io.postern.fault.Fault;
import io.postern.fault.Party;
import io.postern.fault.Reason;
import io.postern.http.Deadlines;
import io.postern.http.DownstreamStream;
import io.postern.http.Fields;
import io.postern.http.RequestHead;
import io.postern.http.ResponseHead;
import io.postern.http.UpstreamStream;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The two messages of an exchange on their way: how far each has come, and who of the two sides
 * holds them up. Each has a relay of its own, since content goes both ways at once. In a tunnel,
 * behind a 101, they are what goes either way until its side ends it.
 *
 * <p>Owned by the event loop of its exchange.
 */
final class Transfer {

  private static final int CONTINUE = 100;

  private final DownstreamStream downstream;
  private final Deadlines deadlines;
  private final Runnable onProgress;
  private final Consumer<Fault> onRefused;

  private @Nullable Shaping shaping;

  private @Nullable UpstreamStream upstream;
  private @Nullable BodyRelay upload;
  private @Nullable BodyRelay download;
  private @Nullable UploadPace pace;
  private @Nullable KeptContent kept;
  private long contentLimit = Long.MAX_VALUE;
  private boolean expectsContinue;
  private boolean requestEnded;
  private boolean responseEnded;
  private boolean held;
  private boolean upgrading;
  private boolean tunnel;
  private Party endedBy = Party.NONE;

  /**
   * Nothing has come yet.
   *
   * @param onProgress told of every piece before it is passed on: that write may be the last, and
   *     finish the exchange
   * @param onRefused told where the content of the request is not what it has to be
   */
  Transfer(
      DownstreamStream downstream,
      Deadlines deadlines,
      Runnable onProgress,
      Consumer<Fault> onRefused) {
    this.downstream = downstream;
    this.deadlines = deadlines;
    this.onProgress = onProgress;
    this.onRefused = onRefused;
  }

  /** The head of the request has come, and content may follow it. */
  void requestHead(RequestHead head, boolean last) {
    requestEnded = last;
    expectsContinue = !last && head.expectsContinue();
  }

  /**
   * Says what the content of the request must be like, before any has come.
   *
   * @param announced its length; -1 where it is not known
   * @return whether it may come; if not, it was refused
   */
  boolean admits(RequestBody demand, long announced) {
    if (upgrading) {
      return true; // what goes through a tunnel is no content
    }
    if (demand.limit() != null) {
      contentLimit = demand.limit().bytes();
    }
    if (announced > contentLimit) {
      refuseLarge();
      return false;
    }
    if (demand.minRate() != null && !requestEnded) {
      pace = new UploadPace(deadlines, demand.minRate(), this::refuseSlow);
    }
    return true;
  }

  private void refuseLarge() {
    onRefused.accept(new Fault(Reason.CONTENT_TOO_LARGE, "more than " + contentLimit + " bytes"));
  }

  private void refuseSlow() {
    onRefused.accept(Fault.of(Reason.CONTENT_TOO_SLOW));
  }

  /** What content has to wait for beside its peers; said before there is a stream. */
  void shapedBy(Shaping by) {
    shaping = by;
  }

  private Shaping shaping() {
    return Objects.requireNonNull(shaping, "said before there is a stream");
  }

  /** Content of the request up to this size is kept, to be sent again where need be. */
  void keepsUpTo(Size size) {
    if (size.bytes() > 0 && !requestEnded && !upgrading) {
      kept = new KeptContent((int) size.bytes());
    }
  }

  /**
   * The client would go on in another protocol, and nothing of that may come before the answer; or
   * the server is not asked, and the head is all of the request.
   */
  void upgrading(boolean asked) {
    upgrading = asked;
    requestEnded = !asked;
    expectsContinue = false;
  }

  /** There is no stream to send the request on, and nothing of it is taken. */
  void hold() {
    held = true;
    if (upload != null) {
      upload.end();
    }
    noteWait();
  }

  /** There is a stream to send the request on. */
  void connected(UpstreamStream stream) {
    held = false;
    upstream = stream;
    upload = endsWithHead() ? null : new BodyRelay(downstream, stream, shaping(), this::noteWait);
    if (kept != null && upload != null) {
      kept.writeTo(upload, requestEnded);
    }
    noteWait();
  }

  /** Whether there is nothing to send behind the head. */
  boolean endsWithHead() {
    return requestEnded && (kept == null || kept.isEmpty());
  }

  /** A head has come that another follows. */
  void informational(ResponseHead head) {
    expectsContinue &= head.status() != CONTINUE;
    noteWait();
  }

  /**
   * The head of the response has come, and content may follow it.
   *
   * @param switched whether it opens a tunnel; an upgrade that is refused leaves a request that
   *     ends with its head
   */
  void responseHead(boolean last, boolean switched) {
    responseEnded = last;
    requestEnded |= upgrading && !switched;
    upgrading = false;
    tunnel = switched;
    if (upstream != null) {
      download = new BodyRelay(upstream, downstream, shaping(), null);
    }
    forget(); // an answer has begun: nothing is sent again
    noteWait();
    onProgress.run();
  }

  /** Passes on content of the request, and takes it over. */
  void upload(ByteBuf content, boolean last) {
    if (upload == null) {
      content.release();
      return;
    }
    if (upload.bytes() + content.readableBytes() > contentLimit) {
      content.release();
      refuseLarge();
      return;
    }
    requestEnded = last;
    expectsContinue = false; // nobody has to wait for it (RFC 9110 §10.1.1)
    if (pace != null) {
      pace.came(content.readableBytes());
    }
    noteEnd(last, Party.CLIENT);
    if (kept != null && !kept.add(content)) {
      forget();
    }
    onProgress.run();
    upload.content(content, last);
    noteWait();
  }

  /** Passes on the trailers of the request. */
  void upload(Fields trailers) {
    if (upload != null) {
      requestEnded = true;
      if (kept != null) {
        kept.add(trailers);
      }
      onProgress.run();
      upload.trailers(trailers);
      noteWait();
    }
  }

  /** Passes on content of the response, and takes it over. */
  void download(ByteBuf content, boolean last) {
    if (download == null) {
      content.release();
      return;
    }
    responseEnded = last;
    noteEnd(last, Party.SERVER);
    onProgress.run();
    download.content(content, last);
  }

  /** Passes on the trailers of the response. */
  void download(Fields trailers) {
    if (download != null) {
      responseEnded = true;
      onProgress.run();
      download.trailers(trailers);
    }
  }

  private void noteEnd(boolean last, Party side) {
    if (last && tunnel && endedBy == Party.NONE) {
      endedBy = side;
    }
  }

  /** The server takes content again. */
  void onUpstreamWritable() {
    if (upload != null) {
      upload.onWritable();
      noteWait();
    }
  }

  /** The client takes content again. */
  void onDownstreamWritable() {
    if (download != null) {
      download.onWritable();
    }
  }

  /**
   * Whether it is the client, and nobody else, who is waited for. Once the server has begun to
   * answer, both may take their time: it may be a conversation.
   */
  private boolean isWaitingForClient() {
    return !requestEnded
        && !expectsContinue
        && download == null
        && !held
        && upload != null
        && !upload.isHeld();
  }

  private void noteWait() {
    if (pace != null) {
      pace.waitForClient(isWaitingForClient());
    }
  }

  private void forget() {
    if (kept != null) {
      kept.release();
      kept = null;
    }
  }

  /** Whether it is for others to go on, not for the peers of this exchange. */
  boolean isShaped() {
    return (upload != null && upload.isShaped()) || (download != null && download.isShaped());
  }

  /** Nothing is passed on any more. */
  void end() {
    forget();
    if (upload != null) {
      upload.end();
    }
    if (download != null) {
      download.end();
    }
    if (shaping != null) {
      shaping.end();
    }
    if (pace != null) {
      pace.waitForClient(false);
    }
  }

  /** Whether there is no server to send the request to now. */
  boolean isHeld() {
    return held;
  }

  boolean isRequestEnded() {
    return requestEnded;
  }

  boolean isResponseEnded() {
    return responseEnded;
  }

  /** Whether it is for the server to say something: it has all that it will get before that. */
  boolean isAnswerDue() {
    return download == null && (requestEnded || expectsContinue || upgrading);
  }

  /** Whether content may come from the client now. */
  boolean isUploadOpen() {
    return !requestEnded && !upgrading && (upload == null || !upload.isHeld());
  }

  /** Whether this is a tunnel that neither side has ended. */
  boolean isTunnelOpen() {
    return tunnel && endedBy == Party.NONE;
  }

  /** Who ended the tunnel in good order, the client or the server; nobody where it is none. */
  Party endedBy() {
    return endedBy;
  }

  /** Whether this is a tunnel that this side has ended in good order, be it first or second. */
  boolean wasEndedBy(Party side) {
    boolean ended = side == Party.CLIENT ? requestEnded : side == Party.SERVER && responseEnded;
    return tunnel && ended;
  }

  /** Whether all of the request can be sent again, and no answer began. */
  boolean isRepeatable() {
    return download == null && (upload == null || !upload.isBegun() || kept != null);
  }

  /** Bytes of content that came from the client. */
  long bytesReceived() {
    return upload == null ? 0 : upload.bytes();
  }

  /** Bytes of the server's content that went to the client. */
  long bytesSent() {
    return download == null ? 0 : download.bytes();
  }

  /** What was written to either side and no socket has taken yet. */
  long queuedBytes() {
    return (download == null ? 0 : downstream.queuedBytes())
        + (upstream == null ? 0 : upstream.queuedBytes());
  }

  /** Whose silence it is where neither side does anything. */
  Reason silent() {
    if (tunnel) {
      return Reason.TUNNEL_TIMEOUT;
    }
    if (download != null) {
      return responseEnded || !downstream.isWritable()
          ? Reason.CLIENT_STALLED
          : Reason.SERVER_STALLED;
    }
    if (isAnswerDue()) {
      return Reason.RESPONSE_TIMEOUT;
    }
    return upstream == null || upstream.isWritable()
        ? Reason.CONTENT_TIMEOUT
        : Reason.SERVER_STALLED;
  }
}
