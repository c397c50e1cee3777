package io.postern.http;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every TCP connection is opened with, on the side of clients and on that of servers alike.
 * Immutable, and shared by all event loops.
 *
 * @param values by option, each of the type that its option takes
 */
public record SocketOptions(Map<ChannelOption<?>, Object> values) {

  private static final Logger LOG = LoggerFactory.getLogger(SocketOptions.class);

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

  /** Sets them on a connection that was accepted; of one that has ended by now not all may be. */
  public void on(Channel accepted) {
    try {
      values.forEach((option, value) -> accepted.config().setOption(typed(option), value));
    } catch (ChannelException e) {
      LOG.debug("the options of {} cannot be set", accepted, e);
    }
  }

  @SuppressWarnings("unchecked") // a value has the type that its option takes
  private static ChannelOption<Object> typed(ChannelOption<?> option) {
    return (ChannelOption<Object>) option;
  }
}
