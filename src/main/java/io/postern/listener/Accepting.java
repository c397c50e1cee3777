package io.postern.listener;

import io.netty.channel.EventLoop;
import io.postern.http.SocketOptions;
import io.postern.tls.ListenerTls;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the pipelines of connections are made of that are accepted now.
 *
 * @param policy whose PROXY headers are taken
 * @param byLoop the rest of it, by the loop that the connection is on
 * @param tls null on a plain listener
 * @param admission which of them may stay
 * @param options of their sockets
 */
record Accepting(
    HeaderPolicy policy,
    Map<EventLoop, Downstream> byLoop,
    @Nullable ListenerTls tls,
    Admission admission,
    SocketOptions options) {}
