package io.postern.http;

import io.netty.channel.EventLoop;

/**
 * What the codecs and exchanges on one event loop share. Owned by that loop.
 *
 * @param index its place among the loops of the process, from 0
 * @param turns when connections are read that make much work
 * @param windows what the windows of HTTP/2 may take, of all loops together
 */
public record LoopContext(
    int index,
    EventLoop loop,
    Deadlines deadlines,
    HeadWriter heads,
    Turns turns,
    WindowBudget windows) {

  /** The context of a loop; made once for each. */
  public static LoopContext of(int index, EventLoop loop, WindowBudget windows) {
    Deadlines deadlines = new Deadlines(loop);
    return new LoopContext(
        index, loop, deadlines, new HeadWriter(), new Turns(loop, deadlines), windows);
  }
}
