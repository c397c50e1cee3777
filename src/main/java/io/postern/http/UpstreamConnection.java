package io.postern.http;

/** A connection to a server as its pool sees it. Owned by one event loop. */
public interface UpstreamConnection {

  /** What the pool is told. */
  interface Owner {

    /** An exchange on it is over, and the connection may serve another. */
    void onFree(UpstreamConnection connection);

    /** The connection is closed, or closing: it serves no other exchange. */
    void onClosed(UpstreamConnection connection);

    /** So many more exchanges run on connections that several may share, or fewer. */
    default void onStreams(int change) {}

    /** The server was sent away for too many glitches, of which this was the last. */
    default void onSentAway(Glitch lastStraw) {}
  }

  /**
   * Opens a stream for an exchange; there must be {@link #room}. Its head is to be written before
   * another is opened.
   *
   * @return the stream, which tells the listener of all that comes
   */
  UpstreamStream open(UpstreamStream.Listener listener);

  /** Whether an exchange was served on it before: the server may be closing it at this moment. */
  boolean isReused();

  /** How many more exchanges it can serve now. */
  int room();

  /** Whether several exchanges may run on it at once. */
  default boolean isShared() {
    return false;
  }

  /** Whether no exchange is running on it; one that is not shared has room then. */
  default boolean isIdle() {
    return room() > 0;
  }

  /** Whether it is closed or broken, and with it every exchange that was running on it. */
  boolean isLost();

  /** Closes it. */
  void close();
}
