package io.postern.http;

import java.util.function.IntConsumer;

/**
 * The bounds of a listener, as the downstream codecs keep them.
 *
 * @param maxHeadBytes bytes of a request head
 * @param maxFields fields of a request head
 * @param maxStreams streams open at once on an h2 connection
 * @param requestHeadNanos from the first byte of a head to its last
 * @param idleNanos without a request in flight
 * @param openStreams told 1 when an h2 stream is opened, and -1 when it is closed
 */
public record DownstreamSettings(
    int maxHeadBytes,
    int maxFields,
    int maxStreams,
    long requestHeadNanos,
    long idleNanos,
    IntConsumer openStreams) {}
