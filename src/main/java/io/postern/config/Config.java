package io.postern.config;

import java.util.List;
import java.util.Map;

/** One version of the config file, whole: defaults filled in, cross-checked, immutable. */
public record Config(
    Place place,
    @Default("{}") @Doc("The load balancer before the listeners.") LoadBalancerConfig loadBalancer,
    @NonEmpty @Doc("Bound addresses that accept clients, by name.")
        Map<String, ListenerConfig> listeners,
    @Doc("What to do with a request; the first route that matches decides.")
        List<RouteConfig> routes,
    @Default("{}") @Doc("Named groups of servers with one policy each.")
        Map<String, PoolConfig> pools,
    @Default("{}") @Doc("One line for each exchange.") AccessLogConfig accessLog,
    @Default("{}") @Doc("How a SIGTERM is carried out.") ShutdownConfig shutdown,
    @Default("{}") @Doc("The process as a whole.") ProcessConfig process) {}
