package io.postern.fault;

import static io.postern.fault.Party.CLIENT;
import static io.postern.fault.Party.CLIENT_TIMEOUT;
import static io.postern.fault.Party.INTERNAL;
import static io.postern.fault.Party.OPERATOR;
import static io.postern.fault.Party.PROXY;
import static io.postern.fault.Party.RESOURCE;
import static io.postern.fault.Party.SERVER;
import static io.postern.fault.Party.SERVER_TIMEOUT;

import java.util.Locale;

/**
 * The table of what can go wrong: one row a reason. The phase is that of the exchange when it
 * happened, so a row and a phase give the termination code.
 *
 * <p>The twin of this table for readers is {@code responses.md}; a test holds them together.
 */
public enum Reason {
  // What the client sent.
  MALFORMED_REQUEST(PROXY, 400, Connection.CLOSE, "the request is not valid HTTP"),
  AMBIGUOUS_LENGTH(PROXY, 400, Connection.CLOSE, "the length of the content is ambiguous"),
  BAD_TARGET(PROXY, 400, Connection.CLOSE, "the request target is not acceptable"),
  BAD_CONTENT(PROXY, 400, Connection.CLOSE, "the content is not framed as announced"),
  CONTENT_TOO_LARGE(PROXY, 413, Connection.CLOSE, "the content of the request is too large"),
  TARGET_TOO_LONG(PROXY, 414, Connection.CLOSE, "the request target is too long"),
  HEAD_TOO_LARGE(PROXY, 431, Connection.CLOSE, "the request fields are too large or too many"),
  METHOD_UNSUPPORTED(PROXY, 501, Connection.CLOSE, "the method is not supported"),
  CODING_UNSUPPORTED(PROXY, 501, Connection.CLOSE, "the transfer coding is not supported"),
  VERSION_UNSUPPORTED(PROXY, 505, Connection.CLOSE, "the HTTP version is not supported"),
  // What we decide.
  MISDIRECTED(
      PROXY,
      421,
      Connection.KEEP,
      "this connection was not made for this host, or for less than it asks for"),
  UPGRADE_REFUSED(PROXY, 501, Connection.KEEP, "the protocol asked for is not passed on"),
  NO_ROUTE(PROXY, 404, Connection.KEEP, "no route matches"),
  TOO_MANY_REQUESTS(
      PROXY, 429, Connection.KEEP, "as many requests are in flight as the tenant may have"),
  RATE_LIMITED(PROXY, 429, Connection.KEEP, "the tenant sends requests faster than it may"),
  // What the client did.
  REQUEST_TIMEOUT(CLIENT_TIMEOUT, 408, Connection.CLOSE, "the request did not come in time"),
  CONTENT_TIMEOUT(CLIENT_TIMEOUT, 408, Connection.CLOSE, "the content of the request stalled"),
  CONTENT_TOO_SLOW(
      CLIENT_TIMEOUT, 408, Connection.CLOSE, "the content of the request came too slowly"),
  DEADLINE_EXCEEDED(
      CLIENT_TIMEOUT, 504, Connection.KEEP, "the time that the client gave the call is over"),
  CLIENT_STALLED(CLIENT_TIMEOUT, 499, Connection.CLOSE, "the client stopped reading"),
  TUNNEL_TIMEOUT(CLIENT_TIMEOUT, 499, Connection.CLOSE, "nothing came through the tunnel in time"),
  CLIENT_GONE(CLIENT, 499, Connection.CLOSE, "the client went away"),
  CLIENT_MISBEHAVED(
      CLIENT, 499, Connection.CLOSE, "the client did too much of what well-behaved ones seldom do"),
  // What the server did.
  SERVER_REFUSED(SERVER, 503, Connection.KEEP, "no server could be connected to"),
  CONNECT_TIMEOUT(SERVER_TIMEOUT, 503, Connection.KEEP, "no server could be connected to in time"),
  SERVER_HANDSHAKE(SERVER, 503, Connection.KEEP, "the handshake with the server failed"),
  SERVER_UNVERIFIED(SERVER, 503, Connection.KEEP, "the certificate of the server is not accepted"),
  UPGRADE_UNSUPPORTED(SERVER, 501, Connection.KEEP, "the server opens no tunnel over HTTP/2"),
  SERVER_LEAVING(SERVER, 502, Connection.KEEP, "the server was closing the connection"),
  STREAM_REFUSED(SERVER, 502, Connection.KEEP, "the server refused to process the request"),
  STREAM_CANCELLED(SERVER, 502, Connection.KEEP, "the server cancelled the request"),
  SERVER_RESET(SERVER, 502, Connection.KEEP, "the server closed the connection"),
  RESPONSE_TIMEOUT(SERVER_TIMEOUT, 504, Connection.KEEP, "the server did not answer in time"),
  SERVER_STALLED(SERVER_TIMEOUT, 504, Connection.KEEP, "the server stopped sending or reading"),
  BAD_RESPONSE(PROXY, 502, Connection.KEEP, "the response of the server is not valid HTTP"),
  // What we ran out of, did, or broke.
  NO_SERVER(RESOURCE, 503, Connection.KEEP, "no server is available"),
  QUEUE_FULL(RESOURCE, 503, Connection.KEEP, "too many requests wait for a server already"),
  QUEUE_TIMEOUT(RESOURCE, 503, Connection.KEEP, "no server had room for the request in time"),
  OVERLOADED(RESOURCE, 503, Connection.CLOSE, "the proxy has no memory or descriptors left for it"),
  STOPPED(OPERATOR, 503, Connection.CLOSE, "the proxy is stopping"),
  ENDED_BY_OPERATOR(OPERATOR, 503, Connection.KEEP, "an operator has ended the request"),
  INTERNAL_ERROR(INTERNAL, 500, Connection.CLOSE, "the proxy failed");

  private enum Connection {
    KEEP,
    CLOSE
  }

  private final Party party;
  private final int status;
  private final Connection connection;
  private final String text;

  Reason(Party party, int status, Connection connection, String text) {
    this.party = party;
    this.status = status;
    this.connection = connection;
    this.text = text;
  }

  /** Who is to blame. Only the server is ever charged with what {@code SERVER*} did. */
  public Party party() {
    return party;
  }

  /**
   * The status of the local reply where no response head was sent yet; 499 is never sent, only
   * logged.
   */
  public int status() {
    return status;
  }

  /** Whether an HTTP/1.1 connection to the client is closed after the reply. */
  public boolean closes() {
    return connection == Connection.CLOSE;
  }

  /** Whether nothing had been sent to the server, so that another one may be tried. */
  public boolean nothingSent() {
    return this == SERVER_REFUSED
        || this == CONNECT_TIMEOUT
        || this == SERVER_HANDSHAKE
        || this == SERVER_UNVERIFIED
        || this == UPGRADE_UNSUPPORTED;
  }

  /** Whether the server said that it did nothing, so that it may be asked again as well. */
  public boolean nothingDone() {
    return this == STREAM_REFUSED || this == SERVER_LEAVING;
  }

  /**
   * Whether it counts against the server: it did this, and not the client or we ourselves. It may
   * well leave in good order, cancel because the time is over that the client gave it, and need not
   * speak RFC 8441.
   */
  public boolean chargesServer() {
    return switch (party) {
      case SERVER, SERVER_TIMEOUT ->
          this != SERVER_LEAVING && this != STREAM_CANCELLED && this != UPGRADE_UNSUPPORTED;
      default -> this == BAD_RESPONSE;
    };
  }

  /** What happened, in a few words for people. */
  public String text() {
    return text;
  }

  /** The name in logs and replies, such as {@code response-timeout}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
