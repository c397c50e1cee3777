package io.postern.http;

/** Told of what the clients of a listener do over HTTP/2, by the event loop of each connection. */
@FunctionalInterface
public interface Http2Events {

  /** A stream was opened, 1, or closed, -1. */
  void streams(int change);

  /** A client has done what well-behaved ones seldom do. */
  default void glitch(Glitch glitch) {}

  /** A client has broken the rules of its connection (RFC 9113 §5.4.1), which ends with that. */
  default void broken(DownstreamConnection client, String how) {}

  /** A client was sent away, since it did so too often. */
  default void sentAway(DownstreamConnection client, Glitch lastStraw) {}
}
