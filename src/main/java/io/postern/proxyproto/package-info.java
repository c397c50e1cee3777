/**
 * The PROXY protocol, versions 1 and 2: who the client behind a load balancer is, and by which AWS
 * VPC endpoint it came (HAProxy's {@code doc/proxy-protocol.txt}, sections 2.1 and 2.2). Reads
 * bytes as they come, knows no channel and trusts nobody: whether a header may be believed is
 * decided by {@code listener}, which calls it on the event loop of the connection. And writes what
 * servers are told of a client, for {@code upstream}: pure functions.
 */
@NullMarked
package io.postern.proxyproto;

import org.jspecify.annotations.NullMarked;
