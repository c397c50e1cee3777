package io.postern.config;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One version of the config file, whole: defaults filled in, cross-checked, immutable. */
public record Config(
    Place place,
    @Default("{}") @Doc("The load balancer in front, as it is set up.")
        LoadBalancerConfig loadBalancer,
    @NonEmpty @Doc("Bound addresses that accept clients, by name.")
        Map<String, ListenerConfig> listeners,
    @Default("{}") @Doc("Customers by name, told apart by how they come in.")
        Map<String, TenantConfig> tenants,
    @Doc(
            "A file with more of them: a map of what may stand in `tenants`. It is followed while it runs.")
        @Nullable PartFile tenantsFile,
    @Default("allow")
        @Doc(
            "What becomes of a client that no tenant is known by: served, or closed before the handshake.")
        TenantConfig.Unknown unknownTenants,
    @Doc("What to do with a request; the first route that matches decides.")
        List<RouteConfig> routes,
    @Default("{}") @Doc("Named groups of servers with one policy each.")
        Map<String, PoolConfig> pools,
    @Default("{}") @Doc("The id that each request has, in X-Request-Id and the access log.")
        RequestIdConfig requestId,
    @Default("{}") @Doc("One line for each exchange.") AccessLogConfig accessLog,
    @Doc("Metrics, and the API for those who run it; left out, nobody can ask.")
        @Nullable AdminConfig admin,
    @Doc("Whether to send traffic here, for a load balancer; left out, there is no such port.")
        @Nullable HealthConfig health,
    @Default("{}") @Doc("How a SIGTERM is carried out.") ShutdownConfig shutdown,
    @Default("{}") @Doc("The process as a whole.") ProcessConfig process) {}
