package io.postern.observe;

/** What a connection was one too many for. */
public enum ConnectionLimit {
  /** {@code listeners.NAME.limits.connections}, or what the process may have where that is less. */
  LISTENER,
  /** {@code listeners.NAME.limits.connectionsPerSource}. */
  SOURCE,
  /** {@code tenants.NAME.limits.connections}. */
  TENANT,
  /** What the process has of anything, on all listeners together. */
  PROCESS
}
