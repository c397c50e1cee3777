package io.postern.listener;

import org.jspecify.annotations.Nullable;

/**
 * What is told of a client's connection that was open at a moment, its handshake done.
 *
 * @param id tells it from all others of the process, such as {@code c1042}
 * @param client its address and port
 * @param vpce null where it came through none
 * @param tenant null where none is known
 * @param protocol {@code h1} or {@code h2}
 * @param tls the version, such as {@code TLSv1.3}; null on a plain listener
 * @param serverName the SNI; null where there was none
 * @param ageMillis since its handshake
 * @param idleMillis since it has had no request; -1 while it has one
 * @param requests how many it has brought
 * @param exchanges how many of them are open
 * @param bytes of the content of those, both ways
 */
public record OpenConnection(
    String id,
    String listener,
    String client,
    @Nullable String vpce,
    @Nullable String tenant,
    String protocol,
    @Nullable String tls,
    @Nullable String serverName,
    long ageMillis,
    long idleMillis,
    int requests,
    int exchanges,
    long bytes) {}
