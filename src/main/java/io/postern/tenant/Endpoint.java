package io.postern.tenant;

import io.netty.util.AsciiString;

/**
 * A VPC endpoint that a tenant calls through. Immutable and shared.
 *
 * @param index its place in {@link Tenants#countedEndpoints}, or the place behind the last for all
 *     others
 * @param vpce its id, such as {@code vpce-08d2bf15fac5001c9}
 * @param tenant whose it is
 */
public record Endpoint(int index, AsciiString vpce, Tenant tenant) {

  /** What tells it from others where it is counted. */
  public record Name(AsciiString tenant, AsciiString vpce) {}
}
