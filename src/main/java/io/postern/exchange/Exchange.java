package io.postern.exchange;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import io.postern.config.RouteConfig;
import io.postern.fault.Fault;
import io.postern.fault.Party;
import io.postern.fault.Phase;
import io.postern.fault.Reason;
import io.postern.filter.HopByHop;
import io.postern.filter.RequestIds;
import io.postern.http.DownstreamConnection.TlsSession;
import io.postern.http.DownstreamStream;
import io.postern.http.Fields;
import io.postern.http.HttpVersion;
import io.postern.http.LocalReply;
import io.postern.http.RequestHead;
import io.postern.http.ResponseHead;
import io.postern.http.UpstreamStream;
import io.postern.observe.ExchangeRecord;
import io.postern.pool.Pool;
import io.postern.route.Action;
import io.postern.route.Route;
import io.postern.route.Split;
import io.postern.tenant.Tenant;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One request with its response, from the head that a client sent to the record of what happened.
 * The methods stand in the order in which things happen: head, route, pick, connect, send,
 * response, relay, finish.
 *
 * <p>Owned by the event loop of the client's connection, as is the upstream connection that it
 * uses. It finishes exactly once.
 */
final class Exchange implements DownstreamStream.Listener {

  private final ExchangeContext context;
  private final Snapshot snapshot;
  private final DownstreamStream downstream;
  private final ExchangeRecord record;
  private final Transfer transfer;
  private final Patience patience;
  private final QuotaUse quota = new QuotaUse();

  @SuppressWarnings("NullAway.Init") // the request's parts are there from onHead on
  private RequestHead request;

  @SuppressWarnings("NullAway.Init")
  private Route route;

  private @Nullable Attempts attempts;
  private @Nullable GrpcCall call;
  private @Nullable MirroredRequest copy;
  private boolean finished;

  Exchange(ExchangeContext context, DownstreamStream downstream, long headStarted) {
    this.context = context;
    this.snapshot = context.snapshot().get();
    this.downstream = downstream;
    this.record = new ExchangeRecord(downstream.connection(), context.wallMillis().getAsLong());
    this.transfer =
        new Transfer(downstream, context.loop().deadlines(), this::onProgress, this::fail);
    this.patience =
        new Patience(context.loop().deadlines(), transfer::queuedBytes, this::onSilence);
    record.knownTo(snapshot.tenants());
    record.headStarted = headStarted;
    record.phase = Phase.REQUEST;
  }

  // The request head: what is asked, and of whom.

  @Override
  public void onHead(RequestHead head, boolean last) {
    request = head;
    call = GrpcCall.of(head);
    transfer.requestHead(head, last);
    record.asked(head, now());
    record.requestId = snapshot.requestIds().of(head.fields(), record.connection, context.random());
    TlsSession tls = downstream.connection().tls();
    if (tls != null && !tls.serves().test(head.host())) {
      fail(Fault.of(Reason.MISDIRECTED));
      return;
    }
    Route matched = snapshot.routes().match(head, record.tenant);
    if (matched == null) {
      fail(Fault.of(Reason.NO_ROUTE));
      return;
    }
    route = matched;
    record.route = matched.name();
    act(matched.action());
  }

  private void act(Action action) {
    Tenant tenant = record.tenant;
    int share =
        action instanceof Action.ToOneOf(Split split)
            ? split.choose(request, tenant, record.connection.clientIp(), context.random())
            : 0;
    record.meters = snapshot.meters(route, share);
    record.meters.begun();
    Fault over = quota.begin(tenant);
    if (over != null) {
      answer(quota.refusal(over), over.reason().party(), over);
      return;
    }
    switch (action) {
      case Action.ToPool to -> forward(to.pool());
      case Action.ToOneOf(Split split) -> forward(split.pool(share));
      case Action.Redirect to ->
          answer(LocalReply.redirect(to.status(), to.location().of(request)), Party.LOCAL, null);
      case Action.Respond with ->
          answer(
              LocalReply.fixed(with.status(), with.contentType(), with.content()),
              Party.LOCAL,
              null);
    }
  }

  private void forward(String to) {
    Pool pool = snapshot.pool(to);
    record.pool = to;
    if (request.upgrade() != null && !chooseUpgrade()) {
      return;
    }
    if (call != null) {
      call.bound(context.loop().deadlines(), () -> fail(Fault.of(Reason.DEADLINE_EXCEEDED)));
    }
    if (!transfer.admits(route.requestBody(), request.contentLength())) {
      return;
    }
    request = Heads.toServer(request, route, record);
    transfer.keepsUpTo(route.retry().bodyLimit());
    copy = MirroredRequest.of(context, snapshot, route, request, record);
    if (copy != null && transfer.isRequestEnded()) {
      copy.whole();
    }
    Shaping shaping = new Shaping(this, context, snapshot, route, record);
    transfer.shapedBy(shaping);
    attempts = new Attempts(this, context, record, transfer, route, pool, request);
    shaping.begin(attempts);
  }

  /** Whether it may go on: in HTTP/2 there is no request left without its protocol. */
  private boolean chooseUpgrade() {
    AsciiString chosen = route.upgrade(request);
    request = request.upgradingTo(chosen);
    transfer.upgrading(chosen != null);
    boolean refused = chosen == null && request.version() == HttpVersion.HTTP_2;
    if (refused) {
      fail(Fault.of(Reason.UPGRADE_REFUSED));
    }
    return !refused;
  }

  /** There is no server now. Nothing of the content is to come before somebody takes it. */
  void holdContent() {
    patience.rest();
    transfer.hold();
    if (!transfer.isRequestEnded()) {
      downstream.pauseReading();
    }
  }

  // A server, and a connection to it.

  /** There is a stream to the server: send the head, and let content come. */
  void onUpstream(UpstreamStream stream, boolean reused) {
    record.connected(reused, now());
    if (call != null) {
      call.sent(now());
    }
    if (attempts != null) {
      attempts.due(request.contentLength());
    }
    stream.writeHead(request, transfer.endsWithHead());
    transfer.connected(stream);
    awaitNext();
    if (transfer.isUploadOpen()) {
      downstream.resumeReading();
    }
  }

  // The content of the request.

  @Override
  public void onContent(ByteBuf content, boolean last) {
    if (finished) {
      content.release();
    } else {
      if (copy != null) {
        copy.content(content, last);
      }
      passed(content);
      transfer.upload(content, last);
    }
  }

  private void passed(ByteBuf content) {
    if (attempts != null) {
      attempts.passed(content.readableBytes());
    }
  }

  @Override
  public void onTrailers(Fields trailers) {
    if (!finished) {
      HopByHop.remove(trailers);
      if (copy != null) {
        copy.whole();
      }
      transfer.upload(trailers);
    }
  }

  void onUpstreamWritable() {
    transfer.onUpstreamWritable();
  }

  // The response.

  void onInformational(ResponseHead head) {
    HopByHop.remove(head.fields());
    downstream.writeInformational(head);
    transfer.informational(head);
    awaitNext();
  }

  void onResponseHead(ResponseHead head, boolean last) {
    if (attempts != null && attempts.isMended(head.status())) {
      return;
    }
    record.responded(head.status(), now());
    Heads.toClient(head, route, record);
    if (attempts != null) {
      attempts.stick(head.fields());
      attempts.due(head.contentLength());
    }
    if (call != null) {
      call.answered(head.fields());
    }
    boolean switched = head.upgrade() != null;
    transfer.responseHead(last, switched);
    downstream.writeHead(head, last, false);
    if (switched) {
      record.upgrade = head.upgrade();
      context.sink().upgraded();
      downstream.resumeReading();
    }
  }

  void onResponseContent(ByteBuf content, boolean last) {
    if (finished) {
      content.release();
    } else {
      passed(content);
      transfer.download(content, last);
    }
  }

  void onResponseTrailers(Fields trailers) {
    if (!finished) {
      HopByHop.remove(trailers);
      if (call != null) {
        call.answered(trailers);
      }
      transfer.download(trailers);
    }
  }

  @Override
  public void onWritable() {
    transfer.onDownstreamWritable();
  }

  // Either message, and the silence between two pieces.

  private void onProgress() {
    if (transfer.isResponseEnded()) {
      record.phase = Phase.LAST;
      if (transfer.isRequestEnded() && attempts != null) {
        attempts.end();
      }
    }
    awaitNext();
  }

  private void awaitNext() {
    RouteConfig.Timeouts timeouts = route.timeouts();
    if (attempts != null && transfer.isAnswerDue()) {
      patience.await(attempts.responseTimeout());
    } else {
      patience.await(transfer.isTunnelOpen() ? timeouts.tunnel() : timeouts.idle());
    }
  }

  private void onSilence() {
    if (transfer.isShaped()) {
      patience.again(); // nobody may say anything
      return;
    }
    Fault fault = Fault.of(transfer.silent());
    if (attempts != null && attempts.isMended(fault)) {
      return;
    }
    Duration rest = attempts == null ? null : attempts.rest(fault);
    if (rest != null) {
      patience.await(rest);
      return;
    }
    if (attempts != null) {
      attempts.charge(fault.reason());
    }
    fail(fault);
  }

  /** As whoever looks at all that are open sees it; null where it is over. */
  @Nullable LiveExchange live() {
    return finished ? null : new LiveExchange(this, record, transfer);
  }

  // The end.

  @Override
  public void onResponseSent() {
    if (!finished && transfer.isResponseEnded()) {
      finish(transfer.endedBy(), null);
    }
  }

  @Override
  public void onFailed(Fault fault) {
    fail(fault);
  }

  private void fail(Fault fault) {
    if (finished) {
      return;
    }
    Reason reason = fault.reason();
    if (record.status != 0) {
      // Whoever has ended its direction of a tunnel in good order may be gone before it has read
      // all.
      boolean inOrder = transfer.wasEndedBy(reason.party());
      finish(inOrder ? transfer.endedBy() : reason.party(), inOrder ? null : fault);
      downstream.reset(fault);
      return;
    }
    if (reason.status() == Reason.CLIENT_GONE.status()) {
      record.status = reason.status();
      finish(reason.party(), fault);
    } else {
      answer(LocalReply.of(fault), reason.party(), fault);
    }
  }

  private void answer(LocalReply reply, Party party, @Nullable Fault fault) {
    if (record.requestId.isEmpty()) {
      record.requestId = RequestIds.next(context.random());
    }
    LocalReply own = call == null ? Heads.page(reply, fault, route) : call.inPlaceOf(reply, fault);
    LocalReply said = Heads.toClient(own, route, record);
    boolean toHead = request != null && request.isHead();
    record.status = said.status();
    record.bytesSent = toHead ? 0 : said.content().readableBytes();
    finish(party, fault);
    said.writeTo(downstream, toHead);
  }

  /** Runs once. Nothing may throw here, and nothing happens in this exchange afterwards. */
  private void finish(Party party, @Nullable Fault fault) {
    assert !finished;
    finished = true;
    patience.end();
    quota.end();
    transfer.end();
    if (call != null) {
      call.finish();
      record.grpcStatus = call.status();
    }
    if (attempts != null) {
      attempts.cancel();
    }
    if (copy != null) {
      copy.leave();
    }
    record.bytesReceived = transfer.bytesReceived();
    record.bytesSent += transfer.bytesSent();
    record.ended(party, fault, now());
    context.sink().accept(record);
  }

  private long now() {
    return context.loop().deadlines().now();
  }
}
