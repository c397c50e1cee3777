package io.postern.runtime;

/** How far a proxy is in its life. It only goes on, never back. */
public enum RunState {
  /** Not every listener accepts, or not every server was checked yet. */
  STARTING,
  /** It serves. */
  READY,
  /** It serves still, and is about to end: no more traffic should be sent here. */
  DRAINING,
  /** It ends what is left. */
  STOPPED
}
