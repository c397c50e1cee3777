package io.postern.observe;

/** What a TLS handshake was one too many for; nothing was computed for it. */
public enum HandshakeLimit {
  /** {@code listeners.NAME.limits.handshakes.concurrent}. */
  LISTENER,
  /** {@code listeners.NAME.limits.handshakes.rate}. */
  LISTENER_RATE,
  /** {@code listeners.NAME.limits.handshakesPerSource.concurrent}. */
  SOURCE,
  /** {@code listeners.NAME.limits.handshakesPerSource.rate}. */
  SOURCE_RATE,
  /** {@code tenants.NAME.limits.handshakes.concurrent}. */
  TENANT,
  /** {@code tenants.NAME.limits.handshakes.rate}. */
  TENANT_RATE,
  /** More wait for their turn on the event loop than it can get done before clients give up. */
  QUEUE,
  /** What the process has of anything. */
  PROCESS
}
