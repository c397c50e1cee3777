package io.postern.exchange;

import java.util.Locale;

/** How far an open exchange is, in the order in which it gets there. */
public enum Stage {
  /** Its head is being read, or it waits for its share of bandwidth or time. */
  BEGINNING,
  /** There is no server for it yet, or none any more. */
  WAITING_FOR_SERVER,
  /** A server is chosen, and there is no stream to it yet. */
  CONNECTING,
  /** The content of the request is on its way. */
  SENDING_REQUEST,
  /** The server has all that it gets before it answers. */
  WAITING_FOR_RESPONSE,
  /** The head of the response has come. */
  SENDING_RESPONSE,
  /** It has become a tunnel. */
  TUNNEL;

  /** Such as {@code waiting-for-server}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
