/**
 * Certificates by SNI and the contexts of both sides. {@code listener} asks for the context of a
 * ClientHello and for its fingerprint; {@code runtime} compiles the TLS part of a listener and
 * reports its problems.
 *
 * <p>A compiled store is immutable and shared by all event loops.
 */
@NullMarked
package io.postern.tls;

import org.jspecify.annotations.NullMarked;
