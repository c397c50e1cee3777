package io.postern.observe;

/** What a connection was one too many for. */
public enum ConnectionLimit {
  /** {@code listeners.NAME.limits.connections}, or what the limit of open files leaves room for. */
  LISTENER,
  /** {@code listeners.NAME.limits.connectionsPerSource}. */
  SOURCE,
  /** {@code tenants.NAME.limits.connections}. */
  TENANT
}
