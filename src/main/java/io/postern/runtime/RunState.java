package io.postern.runtime;

/** How far a proxy is in its life. It only goes on, but for a drain that somebody takes back. */
public enum RunState {
  /** Not every listener accepts, or not every server was checked yet. */
  STARTING,
  /** It serves. */
  READY,
  /** It serves still, and no more traffic should be sent here: it may be about to end. */
  DRAINING,
  /** It ends what is left. */
  STOPPED
}
