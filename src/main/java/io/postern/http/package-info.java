/**
 * The rules of RFC 9110, 9112 and 9113, without policy: heads, fields, targets, framing, and the
 * codecs of both sides. {@code listener} puts the downstream codecs into a pipeline, {@code
 * upstream} the upstream ones; both make the same {@link io.postern.http.RequestHead} and {@link
 * io.postern.http.ResponseHead} and are driven through {@link io.postern.http.MessageStream}.
 *
 * <p>Every codec belongs to the event loop of its channel.
 */
@NullMarked
package io.postern.http;

import org.jspecify.annotations.NullMarked;
