package io.postern.tenant;

import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import io.postern.config.Config;
import io.postern.config.TenantConfig;
import io.postern.http.ClientCertificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** All tenants of a config, found by what a connection brings. Immutable and shared. */
public final class Tenants {

  /** Nobody is a tenant, and everybody may come. */
  public static final Tenants NONE = new Tenants(List.of(), List.of(), Map.of(), true);

  private final List<Tenant> all;
  private final List<Endpoint> endpoints;
  private final Map<AsciiString, Endpoint> byVpce;
  private final Map<String, Tenant> byCertificate;
  private final boolean unknownAllowed;

  private Tenants(
      List<Tenant> all,
      List<Endpoint> endpoints,
      Map<String, Tenant> byCertificate,
      boolean unknownAllowed) {
    this.all = List.copyOf(all);
    this.endpoints = List.copyOf(endpoints);
    this.byVpce =
        endpoints.stream()
            .collect(Collectors.toUnmodifiableMap(Endpoint::vpce, endpoint -> endpoint));
    this.byCertificate = Map.copyOf(byCertificate);
    this.unknownAllowed = unknownAllowed;
  }

  /** The tenants that a config names; it has checked that nothing is two tenants'. */
  public static Tenants of(Config config) {
    List<Tenant> all = new ArrayList<>();
    List<Endpoint> endpoints = new ArrayList<>();
    Map<String, Tenant> byCertificate = new HashMap<>();
    for (TenantConfig each : config.tenants().values()) {
      Tenant tenant = new Tenant(all.size(), new AsciiString(each.name()), each.limits());
      all.add(tenant);
      each.clientCertificates().forEach(name -> byCertificate.put(typed(name), tenant));
      for (String id : each.vpcEndpoints()) {
        endpoints.add(new Endpoint(endpoints.size(), new AsciiString(id), tenant));
      }
    }
    boolean unknownAllowed = config.unknownTenants() == TenantConfig.Unknown.ALLOW;
    return new Tenants(all, endpoints, byCertificate, unknownAllowed);
  }

  /**
   * With its type, as {@link ClientCertificate#names} has it: an authority that is strict about
   * names of hosts may not be so about others, and the same text would tell the same tenant.
   */
  private static String typed(String name) {
    if (name.contains("://")) {
      return "URI:" + name;
    }
    if (name.indexOf('@') >= 0) {
      return "email:" + name;
    }
    boolean address = NetUtil.isValidIpV4Address(name) || NetUtil.isValidIpV6Address(name);
    return address ? "IP:" + name : "DNS:" + name.toLowerCase(Locale.ROOT);
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

  /**
   * Whose client it is that has shown a certificate: the first of its subject alternative names
   * that is a tenant's tells. It counts only for a connection that came by no VPC endpoint.
   *
   * @param shown null for a connection without one
   */
  public @Nullable Tenant of(@Nullable ClientCertificate shown) {
    if (shown == null || byCertificate.isEmpty()) {
      return null;
    }
    for (String name : shown.names()) {
      Tenant tenant = byCertificate.get(name);
      if (tenant != null) {
        return tenant;
      }
    }
    return null;
  }

  /**
   * Whether a connection may stay: its tenant is known, or need not be.
   *
   * @param mayShow whether the client can still show a certificate that tells
   */
  public boolean admits(@Nullable AsciiString vpce, boolean mayShow) {
    return unknownAllowed
        || find(vpce) != null
        || (vpce == null && mayShow && !byCertificate.isEmpty());
  }

  /** Whether a connection without a VPC endpoint may stay, now that the handshake is over. */
  public boolean admits(@Nullable Tenant byItsCertificate) {
    return unknownAllowed || byItsCertificate != null;
  }
}
