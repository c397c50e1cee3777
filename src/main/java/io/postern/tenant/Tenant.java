package io.postern.tenant;

import io.netty.util.AsciiString;

/**
 * A named customer. Immutable and shared.
 *
 * @param index its place among the tenants of its config, from 0
 * @param name as routes, fields and logs name it
 * @param maxConnections how many it may have open; 0 is any number
 */
public record Tenant(int index, AsciiString name, int maxConnections) {}
