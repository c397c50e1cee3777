package io.postern.tenant;

import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import io.postern.config.Config;
import io.postern.config.TenantConfig;
import io.postern.http.ClientCertificate;
import io.postern.shaping.Waits;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All tenants of a config, found by what a connection brings. Immutable and shared. */
public final class Tenants {

  /** Nobody is a tenant, and everybody may come. */
  public static final Tenants NONE = new Tenants(true, null);

  /** So many tenants, and so many endpoints, are counted each for itself. */
  public static final int MOST_COUNTED = Places.MOST;

  /** Requests that were answered 429, by what was reached. */
  public record Refused(long tooMany, long tooFast) {

    private Refused and(List<Tenant> those, Map<AsciiString, Tenant> left) {
      long many = tooMany;
      long fast = tooFast;
      for (Tenant each : those) {
        if (each.index() == MOST_COUNTED && !left.containsKey(each.name())) {
          many += each.requests().tooMany();
          fast += each.requests().tooFast();
        }
      }
      return new Refused(many, fast);
    }
  }

  private final List<Tenant> all = new ArrayList<>();
  private final Map<AsciiString, Tenant> byName = new HashMap<>();

  /** The indexes of the routes. */
  private final Map<String, Integer> routes = new HashMap<>();

  private final Map<AsciiString, Endpoint> byVpce = new HashMap<>();
  private final Map<String, Tenant> byCertificate = new HashMap<>();
  private final Sources bySource = new Sources();
  private final boolean unknownAllowed;
  private final Places<AsciiString> places;
  private final Places<Endpoint.Name> endpointPlaces;
  private final Map<Integer, Waits> waits;
  private final Waits waitsOfOthers;

  // Set before these are shown to anyone.
  private List<AsciiString> counted = List.of();
  private List<Endpoint.Name> countedEndpoints = List.of();
  private Refused refusedToGone = new Refused(0, 0);

  private Tenants(boolean unknownAllowed, @Nullable Tenants before) {
    this.unknownAllowed = unknownAllowed;
    places = before == null ? new Places<>() : before.places;
    endpointPlaces = before == null ? new Places<>() : before.endpointPlaces;
    waits = before == null ? new HashMap<>() : before.waits;
    waitsOfOthers = waits.computeIfAbsent(MOST_COUNTED, any -> new Waits());
  }

  /** The tenants that a config names; it has checked that nothing is two tenants'. */
  public static Tenants of(Config config) {
    return of(config, Map.of(), null);
  }

  /**
   * The same, and those that a file beside it has.
   *
   * @param more those of the file, which has been checked in the same way
   * @param before those that these follow, of the same config; null for the first. What is there
   *     still counts on
   */
  public static Tenants of(
      Config config, Map<String, TenantConfig> more, @Nullable Tenants before) {
    boolean allowed = config.unknownTenants() == TenantConfig.Unknown.ALLOW;
    Tenants tenants = new Tenants(allowed, before);
    config.routes().forEach(route -> tenants.routes.put(route.name(), tenants.routes.size()));
    List<TenantConfig> configs = new ArrayList<>(config.tenants().values());
    configs.addAll(more.values());
    tenants.counted =
        tenants.places.add(configs.stream().map(each -> new AsciiString(each.name())).toList());
    tenants.countedEndpoints =
        tenants.endpointPlaces.add(
            configs.stream().flatMap(each -> endpointNames(each).stream()).toList());
    configs.forEach(each -> tenants.add(each, before));
    if (before != null) {
      tenants.refusedToGone = before.refusedToGone.and(before.all, tenants.byName);
    }
    return tenants;
  }

  private static List<Endpoint.Name> endpointNames(TenantConfig config) {
    AsciiString name = new AsciiString(config.name());
    return config.vpcEndpoints().stream()
        .map(id -> new Endpoint.Name(name, new AsciiString(id)))
        .toList();
  }

  private void add(TenantConfig config, @Nullable Tenants before) {
    AsciiString name = new AsciiString(config.name());
    List<String> own = config.routes().isEmpty() ? null : config.routes();
    Tenant same = before == null ? null : before.byName.get(name);
    Tenant tenant =
        same == null
            ? made(places.of(name), name, config, own)
            : same.with(config.weight(), config.limits(), own, routes);
    all.add(tenant);
    byName.put(tenant.name(), tenant);
    for (Endpoint.Name each : endpointNames(config)) {
      byVpce.put(each.vpce(), new Endpoint(endpointPlaces.of(each), each.vpce(), tenant));
    }
    config.clientCertificates().forEach(each -> byCertificate.put(typed(each), tenant));
    config.sources().forEach(source -> bySource.add(source, tenant));
  }

  /** Who comes back is counted on, as it has the place that it had. */
  private Tenant made(
      int place, AsciiString name, TenantConfig config, @Nullable List<String> routes) {
    Waits own = waits.computeIfAbsent(place, any -> new Waits());
    return new Tenant(place, name, config.weight(), config.limits(), own, routes, this.routes);
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

  /** In the order of the config, and then of its file. */
  public List<Tenant> all() {
    return Collections.unmodifiableList(all);
  }

  /** The names of the tenants that are counted each for itself, some of which may be gone. */
  public List<AsciiString> counted() {
    return counted;
  }

  /** The same of VPC endpoints. */
  public List<Endpoint.Name> countedEndpoints() {
    return countedEndpoints;
  }

  /** What was refused to those that are gone and were not counted each for itself. */
  public Refused refusedToGone() {
    return refusedToGone;
  }

  /** The waits for a bandwidth of all that are not counted each for itself, gone or not. */
  public Waits waitsOfOthers() {
    return waitsOfOthers;
  }

  /** What a tenant is by these; as it was, by the routes of now, where it is none of them. */
  Tenant now(Tenant tenant) {
    Tenant known = byName.get(tenant.name());
    return known == null ? tenant.among(routes) : known;
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
