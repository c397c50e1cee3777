package io.postern.exchange;

import io.netty.buffer.ByteBuf;
import io.postern.fault.Fault;
import io.postern.fault.Party;
import io.postern.fault.Phase;
import io.postern.fault.Reason;
import io.postern.filter.ForwardedFields;
import io.postern.filter.HopByHop;
import io.postern.filter.Via;
import io.postern.http.DownstreamConnection.TlsSession;
import io.postern.http.DownstreamStream;
import io.postern.http.Fields;
import io.postern.http.LocalReply;
import io.postern.http.Methods;
import io.postern.http.RequestHead;
import io.postern.http.ResponseHead;
import io.postern.http.UpstreamStream;
import io.postern.observe.ExchangeRecord;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import io.postern.pool.Tried;
import io.postern.route.Action;
import io.postern.route.Route;
import io.postern.tenant.Tenant;
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
  private final DownstreamStream downstream;
  private final ExchangeRecord record;
  private final Patience patience;

  @SuppressWarnings("NullAway.Init") // the request's parts are there from onHead on
  private RequestHead request;

  @SuppressWarnings("NullAway.Init")
  private Route route;

  @SuppressWarnings("NullAway.Init")
  private Pool pool;

  private @Nullable Attempt attempt;
  private @Nullable BodyRelay upload;
  private @Nullable BodyRelay download;
  private @Nullable Tried tried;
  private boolean requestEnded;
  private boolean responseEnded;
  private boolean finished;

  Exchange(ExchangeContext context, DownstreamStream downstream, long headStarted) {
    this.context = context;
    this.downstream = downstream;
    this.record = new ExchangeRecord(downstream.connection(), context.wallMillis().getAsLong());
    this.patience = new Patience(context.loop().deadlines(), this::queuedBytes, this::onSilence);
    record.headStarted = headStarted;
    record.phase = Phase.REQUEST;
  }

  // The request head: what is asked, and of whom.

  @Override
  public void onHead(RequestHead head, boolean last) {
    request = head;
    requestEnded = last;
    record.headComplete = now();
    record.version = head.version();
    record.method = head.method();
    record.authority = head.authority();
    record.target = head.target();
    TlsSession tls = downstream.connection().tls();
    if (tls != null && tls.serverName() != null && !tls.covers().test(head.host())) {
      fail(Fault.of(Reason.MISDIRECTED));
      return;
    }
    Snapshot snapshot = context.snapshot().get();
    Tenant tenant = snapshot.tenants().find(downstream.connection().vpce());
    record.tenant = tenant;
    Route matched = snapshot.routes().match(head, tenant == null ? null : tenant.name());
    if (matched == null) {
      fail(Fault.of(Reason.NO_ROUTE));
      return;
    }
    route = matched;
    record.route = matched.name();
    record.meters = snapshot.meters(matched);
    switch (matched.action()) {
      case Action.ToPool to -> forward(snapshot, to);
      case Action.Redirect to -> answer(LocalReply.redirect(to.status(), to.location().of(head)));
      case Action.Respond with ->
          answer(LocalReply.fixed(with.status(), with.contentType(), with.content()));
    }
  }

  private void answer(LocalReply reply) {
    record.status = reply.status();
    record.bytesSent = request.isHead() ? 0 : reply.content().readableBytes();
    responseEnded = true;
    reply.writeTo(downstream, request.isHead());
    finish(Party.LOCAL, null);
  }

  private void forward(Snapshot snapshot, Action.ToPool to) {
    pool = snapshot.pool(to.pool());
    record.pool = to.pool();
    if (!requestEnded) {
      // Not one byte of content is taken before there is a connection to send it on.
      downstream.pauseReading();
    }
    HopByHop.remove(request.fields());
    ForwardedFields.set(request, downstream.connection(), record.tenant);
    pick();
  }

  // A server, and a connection to it.

  private void pick() {
    Server server = context.picker(pool).pick(tried);
    if (server != null) {
      connect(server, false);
    } else {
      Fault last = record.fault; // in the phase of the last attempt, or there was none
      record.phase = last == null ? Phase.QUEUE : Phase.CONNECT;
      fail(last == null ? Fault.of(Reason.NO_SERVER) : last);
    }
  }

  private void connect(Server server, boolean fresh) {
    record.phase = Phase.CONNECT;
    record.picked = now();
    record.server = server.label();
    record.serverIndex = server.index();
    record.attempts++;
    Attempt next = new Attempt(this, server);
    attempt = next;
    context
        .upstreams()
        .acquire(pool, server, fresh, (int) route.timeouts().connect().toMillis(), next);
  }

  /** There is a stream to the server: send the head, and let content come. */
  void onUpstream(UpstreamStream stream, boolean reused) {
    record.phase = Phase.HEADERS;
    record.connected = now();
    record.reused = reused;
    stream.writeHead(request, requestEnded);
    if (requestEnded) {
      patience.await(route.timeouts().response());
    } else {
      upload = new BodyRelay(downstream, stream);
      patience.await(route.timeouts().idle());
      downstream.resumeReading();
    }
  }

  // The content of the request.

  @Override
  public void onContent(ByteBuf content, boolean last) {
    if (upload == null || finished) {
      content.release();
      return;
    }
    record.bytesReceived += content.readableBytes();
    requestEnded = last;
    onUploadProgress();
    upload.content(content, last);
  }

  @Override
  public void onTrailers(Fields trailers) {
    if (upload != null && !finished) {
      requestEnded = true;
      HopByHop.remove(trailers);
      onUploadProgress();
      upload.trailers(trailers);
    }
  }

  private void onUploadProgress() {
    endAttempt();
    boolean answerDue = requestEnded && download == null;
    patience.await(answerDue ? route.timeouts().response() : route.timeouts().idle());
  }

  void onUpstreamWritable() {
    if (upload != null) {
      upload.onWritable();
    }
  }

  // An attempt that came to nothing.

  void onAttemptFailed(Fault fault) {
    Attempt failed = attempt;
    if (finished || failed == null) {
      return;
    }
    if (isStale(failed, fault)) {
      if (!requestEnded) {
        downstream.pauseReading();
      }
      connect(failed.server(), true);
      return;
    }
    failed.charge(fault.reason());
    if (fault.reason().nothingSent()) {
      record.fault = fault;
      tryAnother(failed.server());
    } else {
      fail(fault);
    }
  }

  private void tryAnother(Server failed) {
    if (tried == null) {
      tried = new Tried();
    }
    tried.add(failed);
    pick();
  }

  /**
   * Whether the server was closing an idle connection while we sent the request on it. The request
   * may be sent again where nothing of it could have been acted on twice: no content was taken, no
   * answer began, and the method is idempotent (RFC 9110 §9.2.2).
   */
  private boolean isStale(Attempt failed, Fault fault) {
    return failed.isReused()
        && fault.reason() == Reason.SERVER_RESET
        && record.responded == 0
        && (upload == null || upload.bytes() == 0)
        && !(request.hasContent() && requestEnded)
        && Methods.isIdempotent(request.method());
  }

  // The response.

  void onInformational(ResponseHead head) {
    HopByHop.remove(head.fields());
    downstream.writeInformational(head);
    patience.again();
  }

  void onResponseHead(ResponseHead head, boolean last) {
    record.phase = Phase.DATA;
    record.responded = now();
    record.status = head.status();
    HopByHop.remove(head.fields());
    Via.append(head.fields(), head.version());
    responseEnded = last;
    Attempt answering = attempt;
    if (answering != null && answering.stream() != null) {
      download = new BodyRelay(answering.stream(), downstream);
    }
    onDownloadProgress();
    downstream.writeHead(head, last, false);
  }

  void onResponseContent(ByteBuf content, boolean last) {
    if (download == null || finished) {
      content.release();
      return;
    }
    record.bytesSent += content.readableBytes();
    responseEnded = last;
    onDownloadProgress();
    download.content(content, last);
  }

  void onResponseTrailers(Fields trailers) {
    if (download != null && !finished) {
      responseEnded = true;
      HopByHop.remove(trailers);
      onDownloadProgress();
      download.trailers(trailers);
    }
  }

  /** Before it is written, since the write may be the last, and finish the exchange. */
  private void onDownloadProgress() {
    if (responseEnded) {
      record.phase = Phase.LAST;
      endAttempt();
    }
    patience.await(route.timeouts().idle());
  }

  /** Both messages are complete: the connection to the server may be another's from now on. */
  private void endAttempt() {
    if (requestEnded && responseEnded && attempt != null) {
      attempt.end();
    }
  }

  @Override
  public void onWritable() {
    if (download != null) {
      download.onWritable();
    }
  }

  // Silence.

  private void onSilence() {
    Reason reason = silent();
    if (attempt != null) {
      attempt.charge(reason);
    }
    fail(Fault.of(reason));
  }

  private long queuedBytes() {
    UpstreamStream stream = attempt == null ? null : attempt.stream();
    return (download == null ? 0 : downstream.queuedBytes())
        + (stream == null ? 0 : stream.queuedBytes());
  }

  private Reason silent() {
    UpstreamStream stream = attempt == null ? null : attempt.stream();
    boolean serverReads = stream == null || stream.isWritable();
    if (download != null) {
      return responseEnded || !downstream.isWritable()
          ? Reason.CLIENT_STALLED
          : Reason.SERVER_STALLED;
    }
    if (requestEnded) {
      return Reason.RESPONSE_TIMEOUT;
    }
    return serverReads ? Reason.CONTENT_TIMEOUT : Reason.SERVER_STALLED;
  }

  // The end.

  @Override
  public void onResponseSent() {
    if (!finished && responseEnded) {
      finish(Party.NONE, null);
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
      finish(reason.party(), fault);
      downstream.reset(fault);
      return;
    }
    record.status = reason.status();
    if (reason.status() == Reason.CLIENT_GONE.status()) {
      finish(reason.party(), fault);
    } else {
      boolean toHead = request != null && request.isHead();
      LocalReply reply = LocalReply.of(fault);
      record.bytesSent = toHead ? 0 : reply.content().readableBytes();
      finish(reason.party(), fault);
      reply.writeTo(downstream, toHead);
    }
  }

  /** Runs once. Nothing may throw here, and nothing happens in this exchange afterwards. */
  private void finish(Party party, @Nullable Fault fault) {
    assert !finished;
    finished = true;
    patience.end();
    if (attempt != null) {
      attempt.cancel();
    }
    if (party == Party.NONE) {
      record.phase = Phase.DONE;
    }
    record.party = party;
    record.fault = fault;
    record.finished = now();
    context.sink().accept(record);
  }

  private long now() {
    return context.loop().deadlines().now();
  }
}
