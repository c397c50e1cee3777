package io.postern.shaping;

/** A place in the line of those that wait; owned by the event loop of whoever waits. */
public interface Ticket {

  /**
   * It waits no more: what is told when it is its turn is let go of, and not told any more. What
   * has passed is paid for all the same. Does nothing where its turn has come before.
   */
  void leave();
}
