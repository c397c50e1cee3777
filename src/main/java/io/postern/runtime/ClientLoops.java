package io.postern.runtime;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayList;
import java.util.List;

/**
 * The event loops that clients' connections are on. An accepted one is registered with the loop
 * that is least busy, and stays there. What listens is spread in turn; the loop that accepts is
 * busy with it, and so gets less else.
 */
final class ClientLoops extends MultiThreadIoEventLoopGroup {

  private final List<EventLoop> loops = new ArrayList<>();
  private final List<LoopLoad> loads = new ArrayList<>();

  ClientLoops(int count, IoHandlerFactory handlers) {
    super(count, new DefaultThreadFactory("loop"), handlers);
    for (EventExecutor each : this) {
      loops.add((EventLoop) each);
      loads.add(new LoopLoad());
    }
  }

  /** A loop by its index. */
  EventLoop loop(int index) {
    return loops.get(index);
  }

  /** What each loop has to do, in the order of their index. */
  List<LoopLoad> loads() {
    return loads;
  }

  @Override
  public ChannelFuture register(Channel channel) {
    if (channel instanceof ServerChannel) {
      return super.register(channel);
    }
    int index = LoopLoad.leastBusy(loads);
    LoopLoad load = loads.get(index);
    load.opened();
    channel.closeFuture().addListener(closed -> load.closed());
    return loops.get(index).register(channel);
  }
}
