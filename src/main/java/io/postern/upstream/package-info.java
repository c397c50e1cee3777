/**
 * Connections to servers: connect, TLS, a pool for each event loop, and streams on them behind
 * {@link io.postern.http.UpstreamStream}. Called by {@code exchange}; a connection and its pool
 * belong to one event loop.
 */
@NullMarked
package io.postern.upstream;

import org.jspecify.annotations.NullMarked;
