package io.postern.tenant;

import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import io.postern.config.Config;
import io.postern.config.RouteConfig;
import io.postern.config.TenantConfig;
import io.postern.http.ClientCertificate;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All tenants of a config, found by what a connection brings. Immutable and shared. */
public final class Tenants {

  /** Nobody is a tenant, and everybody may come. */
  public static final Tenants NONE = new Tenants(true);

  private final List<Tenant> all = new ArrayList<>();
  private final List<Endpoint> endpoints = new ArrayList<>();
  private final Map<AsciiString, Endpoint> byVpce = new HashMap<>();
  private final Map<String, Tenant> byCertificate = new HashMap<>();
  private final Sources bySource = new Sources();
  private final boolean unknownAllowed;

  private Tenants(boolean unknownAllowed) {
    this.unknownAllowed = unknownAllowed;
  }

  /** The tenants that a config names; it has checked that nothing is two tenants'. */
  public static Tenants of(Config config) {
    Tenants tenants = new Tenants(config.unknownTenants() == TenantConfig.Unknown.ALLOW);
    List<String> routes = config.routes().stream().map(RouteConfig::name).toList();
    config.tenants().values().forEach(each -> tenants.add(each, routes));
    return tenants;
  }

  private void add(TenantConfig config, List<String> routes) {
    Tenant tenant =
        new Tenant(
            all.size(),
            new AsciiString(config.name()),
            config.weight(),
            config.limits(),
            config.routes().isEmpty() ? null : indexes(config.routes(), routes));
    all.add(tenant);
    for (String id : config.vpcEndpoints()) {
      Endpoint endpoint = new Endpoint(endpoints.size(), new AsciiString(id), tenant);
      endpoints.add(endpoint);
      byVpce.put(endpoint.vpce(), endpoint);
    }
    config.clientCertificates().forEach(name -> byCertificate.put(typed(name), tenant));
    config.sources().forEach(source -> bySource.add(source, tenant));
  }

  private static BitSet indexes(List<String> some, List<String> all) {
    BitSet indexes = new BitSet();
    some.forEach(name -> indexes.set(all.indexOf(name)));
    return indexes;
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
    return Collections.unmodifiableList(all);
  }

  /** The VPC endpoints of all of them, each at its {@link Endpoint#index}. */
  public List<Endpoint> endpoints() {
    return Collections.unmodifiableList(endpoints);
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
   * Who is calling by a connection that came by no VPC endpoint: the first of the subject
   * alternative names of its certificate that is a tenant's tells, and where none is the longest
   * prefix of its address.
   *
   * @param shown null for a connection without a certificate
   */
  public @Nullable Tenant of(@Nullable ClientCertificate shown, InetAddress client) {
    if (shown != null && !byCertificate.isEmpty()) {
      for (String name : shown.names()) {
        Tenant tenant = byCertificate.get(name);
        if (tenant != null) {
          return tenant;
        }
      }
    }
    return bySource.of(client);
  }

  /**
   * Who is calling, as far as it is known before the handshake: by the VPC endpoint, or where there
   * is none by the address.
   */
  public @Nullable Tenant of(@Nullable AsciiString vpce, InetAddress client) {
    if (vpce == null) {
      return bySource.of(client);
    }
    Endpoint endpoint = byVpce.get(vpce);
    return endpoint == null ? null : endpoint.tenant();
  }

  /**
   * Whose client it is whose certificate has this name.
   *
   * @param name as the config has it
   */
  public @Nullable Tenant ofName(String name) {
    return byCertificate.get(typed(name));
  }

  /** Whether the certificate of a client can tell who is calling. */
  public boolean knowCertificates() {
    return !byCertificate.isEmpty();
  }

  /** Whether a connection may stay: its tenant is known, or need not be. */
  public boolean admits(@Nullable Tenant tenant) {
    return unknownAllowed || tenant != null;
  }
}
