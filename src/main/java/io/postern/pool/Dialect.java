package io.postern.pool;

import io.postern.config.PoolConfig;
import io.postern.config.SendProxyConfig;
import io.postern.tls.UpstreamTls;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the servers of a pool are spoken to. It does not change, but for what TLS finds in its files.
 *
 * @param protocol what is spoken
 * @param tls how TLS is spoken below it; null where it is not
 * @param ping how long after the last exchange an HTTP/2 connection is asked whether it works
 * @param sendProxy the PROXY header that connections begin with
 */
public record Dialect(
    PoolConfig.Protocol protocol,
    @Nullable UpstreamTls tls,
    Duration ping,
    SendProxyConfig sendProxy) {}
