package io.postern.listener;

import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What a listener is bound with.
 *
 * @param group the loops that accept; it says which of them owns what is accepted
 * @param channels makes server channels of the transport that they drive; those of a socket that
 *     was passed to us have it already
 * @param at what is bound, of the kind that such channels take; null where it listens already
 */
public record Sockets(
    EventLoopGroup group,
    ChannelFactory<? extends ServerChannel> channels,
    @Nullable SocketAddress at) {}
