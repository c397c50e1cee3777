package io.postern.tenant;

import io.netty.util.AsciiString;
import io.postern.config.Config;
import io.postern.config.TenantConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** All tenants of a config, found by what a connection brings. Immutable and shared. */
public final class Tenants {

  /** Nobody is a tenant, and everybody may come. */
  public static final Tenants NONE = new Tenants(List.of(), List.of(), true);

  private final List<Tenant> all;
  private final List<Endpoint> endpoints;
  private final Map<AsciiString, Endpoint> byVpce;
  private final boolean unknownAllowed;

  private Tenants(List<Tenant> all, List<Endpoint> endpoints, boolean unknownAllowed) {
    this.all = List.copyOf(all);
    this.endpoints = List.copyOf(endpoints);
    this.byVpce =
        endpoints.stream()
            .collect(Collectors.toUnmodifiableMap(Endpoint::vpce, endpoint -> endpoint));
    this.unknownAllowed = unknownAllowed;
  }

  /** The tenants that a config names; it has checked that no endpoint is two tenants'. */
  public static Tenants of(Config config) {
    List<Tenant> all = new ArrayList<>();
    List<Endpoint> endpoints = new ArrayList<>();
    for (TenantConfig each : config.tenants().values()) {
      Tenant tenant =
          new Tenant(all.size(), new AsciiString(each.name()), each.limits().connections());
      all.add(tenant);
      for (String id : each.vpcEndpoints()) {
        endpoints.add(new Endpoint(endpoints.size(), new AsciiString(id), tenant));
      }
    }
    boolean unknownAllowed = config.unknownTenants() == TenantConfig.Unknown.ALLOW;
    return new Tenants(all, endpoints, unknownAllowed);
  }

  /** In the order of the config, each at its {@link Tenant#index}. */
  public List<Tenant> all() {
    return all;
  }

  /** The VPC endpoints of all of them, each at its {@link Endpoint#index}. */
  public List<Endpoint> endpoints() {
    return endpoints;
  }

  /**
   * The VPC endpoint of a tenant; null where it is nobody's, or there is none.
   *
   * @param vpce its id; null for a connection that came by none
   */
  public @Nullable Endpoint find(@Nullable AsciiString vpce) {
    return vpce == null ? null : byVpce.get(vpce);
  }

  /** Whether a connection may stay: its tenant is known, or need not be. */
  public boolean admits(@Nullable AsciiString vpce) {
    return unknownAllowed || find(vpce) != null;
  }
}
