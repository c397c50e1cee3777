package io.postern.http;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What every TCP connection is opened with, on the side of clients and on that of servers alike.
 * Immutable, and shared by all event loops.
 *
 * @param values by option, each of the type that its option takes
 */
public record SocketOptions(Map<ChannelOption<?>, Object> values) {

  /**
   * The options of both sides.
   *
   * @param ofTransport those that each transport has its own objects for
   */
  public static SocketOptions with(Map<ChannelOption<?>, Object> ofTransport) {
    Map<ChannelOption<?>, Object> values = new LinkedHashMap<>(ofTransport);
    values.put(ChannelOption.TCP_NODELAY, true);
    values.put(
        ChannelOption.WRITE_BUFFER_WATER_MARK, new WriteBufferWaterMark(64 * 1024, 128 * 1024));
    return new SocketOptions(Map.copyOf(values));
  }

  /** Sets them on what opens connections. */
  public Bootstrap on(Bootstrap bootstrap) {
    values.forEach((option, value) -> bootstrap.option(typed(option), value));
    return bootstrap;
  }

  /** Sets them on what accepts connections, for each that it accepts. */
  public ServerBootstrap onAccepted(ServerBootstrap bootstrap) {
    values.forEach((option, value) -> bootstrap.childOption(typed(option), value));
    return bootstrap;
  }

  @SuppressWarnings("unchecked") // a value has the type that its option takes
  private static ChannelOption<Object> typed(ChannelOption<?> option) {
    return (ChannelOption<Object>) option;
  }
}
