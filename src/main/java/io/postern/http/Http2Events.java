package io.postern.http;

/** Told of what the clients of a listener do over HTTP/2, by the event loop of each connection. */
@FunctionalInterface
public interface Http2Events {

  /** A stream was opened, 1, or closed, -1. */
  void streams(int change);

  /** A client has done what well-behaved ones seldom do. */
  default void glitch(Glitch glitch) {}

  /** A client was sent away, since it did so too often. */
  default void sentAway(DownstreamConnection client, Glitch lastStraw) {}
}
