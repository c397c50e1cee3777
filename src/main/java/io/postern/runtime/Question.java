package io.postern.runtime;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request that there could be.
 *
 * @param listener the name of the listener that it comes to; null for the first
 * @param method such as {@code GET}
 * @param host as the Host field has it, with a port or not
 * @param target path and query, as on the request line
 * @param fields further lines of its head, such as {@code X-Canary: 1}
 * @param serverName the SNI of the client; null where it names no host
 * @param vpce the VPC endpoint that a PROXY header tells; null for none
 * @param source the address of the client
 * @param certificateName a subject alternative name of the certificate that the client shows; null
 *     where it shows none
 */
public record Question(
    @Nullable String listener,
    String method,
    String host,
    String target,
    List<String> fields,
    @Nullable String serverName,
    @Nullable String vpce,
    InetAddress source,
    @Nullable String certificateName) {}
