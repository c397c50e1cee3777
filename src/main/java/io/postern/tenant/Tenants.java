package io.postern.tenant;

import io.netty.util.AsciiString;
import io.postern.config.Config;
import io.postern.config.TenantConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All tenants of a config, found by what a connection brings. Immutable and shared. */
public final class Tenants {

  private final List<Tenant> all;
  private final Map<AsciiString, Tenant> byVpce;
  private final boolean unknownAllowed;

  private Tenants(List<Tenant> all, Map<AsciiString, Tenant> byVpce, boolean unknownAllowed) {
    this.all = all;
    this.byVpce = byVpce;
    this.unknownAllowed = unknownAllowed;
  }

  /** The tenants that a config names; it has checked that no endpoint is two tenants'. */
  public static Tenants of(Config config) {
    List<Tenant> all = new ArrayList<>();
    Map<AsciiString, Tenant> byVpce = new HashMap<>();
    for (TenantConfig each : config.tenants().values()) {
      Tenant tenant = new Tenant(all.size(), new AsciiString(each.name()));
      all.add(tenant);
      each.vpcEndpoints().forEach(id -> byVpce.put(new AsciiString(id), tenant));
    }
    boolean unknownAllowed = config.unknownTenants() == TenantConfig.Unknown.ALLOW;
    return new Tenants(List.copyOf(all), Map.copyOf(byVpce), unknownAllowed);
  }

  /** In the order of the config, each at its {@link Tenant#index}. */
  public List<Tenant> all() {
    return all;
  }

  /**
   * The tenant whose VPC endpoint this is; null where it is nobody's, or there is none.
   *
   * @param vpce the VPC endpoint id; null for a connection that came by none
   */
  public @Nullable Tenant find(@Nullable AsciiString vpce) {
    return vpce == null ? null : byVpce.get(vpce);
  }

  /** Whether a connection may stay: its tenant is known, or need not be. */
  public boolean admits(@Nullable AsciiString vpce) {
    return unknownAllowed || find(vpce) != null;
  }
}
