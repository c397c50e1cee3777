package io.postern.config;

import java.util.List;

/** The load balancer before the listeners. */
public record LoadBalancerConfig(
    Place place,
    @Default("[]")
        @Doc("Who may send a PROXY header: the subnets of the load balancer; left out, anyone.")
        List<Cidr> sources) {}
