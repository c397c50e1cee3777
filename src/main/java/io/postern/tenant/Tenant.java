package io.postern.tenant;

import io.netty.util.AsciiString;
import io.postern.config.TenantConfig;

/**
 * A named customer. Immutable and shared.
 *
 * @param index its place among the tenants of its config, from 0
 * @param name as routes, fields and logs name it
 * @param limits what it may take up
 */
public record Tenant(int index, AsciiString name, TenantConfig.Limits limits) {}
