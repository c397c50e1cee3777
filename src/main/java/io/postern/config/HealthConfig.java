package io.postern.config;

/** The port that a load balancer asks whether to send traffic here. */
public record HealthConfig(
    Place place,
    @Doc("The address and port, such as 0.0.0.0:8081.") Bind bind,
    @Default("/healthz") @Doc("The path that is asked for, in normal form.") String path) {}
