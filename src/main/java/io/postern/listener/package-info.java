/**
 * Bind, accept, limits, the PROXY header, TLS by SNI and ALPN, and the pipeline of a downstream
 * connection in wire order. Started and drained by {@code runtime}.
 */
@NullMarked
package io.postern.listener;

import org.jspecify.annotations.NullMarked;
