package io.postern.observe;

import io.netty.util.AsciiString;
import io.postern.fault.Fault;
import io.postern.fault.Party;
import io.postern.fault.Phase;
import io.postern.http.DownstreamConnection;
import io.postern.http.GrpcStatus;
import io.postern.http.HttpVersion;
import io.postern.http.RequestHead;
import io.postern.tenant.Caller;
import io.postern.tenant.Endpoint;
import io.postern.tenant.Tenant;
import io.postern.tenant.Tenants;
import org.jspecify.annotations.Nullable;

/**
 * What happened in one exchange: filled in by the exchange on its event loop, handed over once when
 * it is finished, and never changed after that. Times are those of the event loop's ticker, in
 * nanoseconds; 0 says that the point was not reached.
 */
public final class ExchangeRecord {

  /** The client's connection. */
  public final DownstreamConnection connection;

  /** When the head of the request was complete, as the wall clock says, in milliseconds. */
  public final long wallMillis;

  /** The id of the request; empty until it has one. */
  public AsciiString requestId = AsciiString.EMPTY_STRING;

  public HttpVersion version = HttpVersion.HTTP_1_1;
  public AsciiString method = AsciiString.EMPTY_STRING;
  public AsciiString authority = AsciiString.EMPTY_STRING;

  /** Path and query, as the client wrote them. */
  public AsciiString target = AsciiString.EMPTY_STRING;

  /** The protocol of the tunnel that it became, in lower case; null where it was none. */
  public @Nullable AsciiString upgrade;

  /**
   * The status that the client was sent, 101 for a tunnel in HTTP/2 too; 499 where it was gone
   * before that.
   */
  public int status;

  /** How a gRPC call ended, as the client was told; null where it was not told, or is no call. */
  public @Nullable GrpcStatus grpcStatus;

  /** Bytes of content that came from the client. */
  public long bytesReceived;

  /** Bytes of content that went to the client. */
  public long bytesSent;

  /** Who is calling; null where no tenant is known by what the connection brought. */
  public @Nullable Tenant tenant;

  /** The VPC endpoint by which the tenant is known; null where there is none. */
  public @Nullable Endpoint endpoint;

  public @Nullable String route;
  public @Nullable String pool;
  public @Nullable String server;

  /** Where the exchange is counted; null where no route matched. */
  public @Nullable RouteMeters meters;

  /** The index of {@link #server} in its pool; -1 where there is none. */
  public int serverIndex = -1;

  /** Whether the (last) connection to a server had served another exchange. */
  public boolean reused;

  /** Its place when it got into the queue of its pool, from 1; 0 where it did not wait. */
  public int queuePlace;

  /** How long it was not read from, or did not begin, for others had a right to go on. */
  public long shapedNanos;

  /** How many servers were tried. */
  public int attempts;

  /** Whether one that was tried later was another one. */
  public boolean changedServer;

  /** The first byte of the request head. */
  public long headStarted;

  /** The request head was complete. */
  public long headComplete;

  /** The (last) attempt began to connect, or took a connection. */
  public long picked;

  /** The upstream stream was there. */
  public long connected;

  /** The response head was complete. */
  public long responded;

  /** All was over. */
  public long finished;

  public Party party = Party.NONE;
  public Phase phase = Phase.DONE;
  public @Nullable Fault fault;

  /** A record of an exchange that begins now. */
  public ExchangeRecord(DownstreamConnection connection, long wallMillis) {
    this.connection = connection;
    this.wallMillis = wallMillis;
  }

  /** The head of the request is complete, and says what is asked. */
  public void asked(RequestHead head, long now) {
    headComplete = now;
    version = head.version();
    method = head.method();
    authority = head.authority();
    target = head.target();
  }

  /** Whose client it is: by its VPC endpoint; without one by its certificate, else its address. */
  public void knownTo(Tenants tenants) {
    Caller caller = connection.memo().of(Caller.class, Caller::new);
    caller.look(tenants, connection);
    tenant = caller.tenant();
    endpoint = caller.endpoint();
  }

  /** An attempt on this server begins to connect, or to take a connection. */
  public void connecting(String name, int index, long now) {
    phase = Phase.CONNECT;
    changedServer |= server != null && !server.equals(name);
    server = name;
    serverIndex = index;
    attempts++;
    picked = now;
  }

  /**
   * There is a stream to the server.
   *
   * @param another whether its connection had served another exchange
   */
  public void connected(boolean another, long now) {
    phase = Phase.HEADERS;
    reused = another;
    connected = now;
  }

  /** The head of the response is complete. */
  public void responded(int with, long now) {
    phase = Phase.DATA;
    status = with;
    responded = now;
  }

  /** All is over. Where nothing failed and a server has answered, it was done. */
  public void ended(Party by, @Nullable Fault with, long now) {
    if (with == null && by != Party.LOCAL) {
      phase = Phase.DONE;
    }
    party = by;
    fault = with;
    finished = now;
  }

  /** When it left the queue of its pool, or would have passed it; 0 where it did not. */
  long queueLeft() {
    return queuePlace > 0 && picked == 0 ? finished : picked;
  }

  /** HAProxy's two letters: who ended it, and in which phase. */
  public String terminationCode() {
    return "" + party.letter() + phase.letter();
  }
}
