package io.postern.tenant;

import io.netty.util.AsciiString;

/**
 * A VPC endpoint that a tenant calls through. Immutable and shared.
 *
 * @param index its place among those of all tenants of its config, from 0
 * @param vpce its id, such as {@code vpce-08d2bf15fac5001c9}
 * @param tenant whose it is
 */
public record Endpoint(int index, AsciiString vpce, Tenant tenant) {}
