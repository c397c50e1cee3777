package io.postern.listener;

import io.postern.config.ListenerConfig;
import io.postern.config.LoadBalancerConfig;
import io.postern.http.SocketOptions;
import io.postern.tls.ListenerTls;
import org.jspecify.annotations.Nullable;

/**
 * On what terms clients come to a listener. Where two are equal nobody who comes can tell.
 *
 * @param loadBalancer what stands before it
 * @param tls its certificates; null on a plain one
 * @param admitted who may come, and how many
 * @param options what each accepted connection gets
 */
public record Terms(
    ListenerConfig config,
    LoadBalancerConfig loadBalancer,
    @Nullable ListenerTls tls,
    Admitted admitted,
    SocketOptions options) {}
