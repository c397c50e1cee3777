package io.postern.observe;

import io.netty.util.AsciiString;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A head that was refused.
 *
 * @param number counts all that were refused, from 1
 * @param at when
 * @param listener by which the client came
 * @param client who it is, in words
 * @param tenant null where none is known
 * @param server whose response it is; null where it is a request
 * @param reason such as {@code malformed-request}
 * @param detail what exactly
 * @param bytes as they came, with secrets as asterisks; empty where content was refused
 * @param from where the line that was refused begins in them; their length where none was, but the
 *     head as a whole
 * @param to where it ends
 */
public record Capture(
    long number,
    Instant at,
    String listener,
    String client,
    @Nullable String tenant,
    @Nullable String server,
    String reason,
    String detail,
    AsciiString bytes,
    int from,
    int to) {}
