package io.postern.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How a SIGTERM is carried out. */
public record ShutdownConfig(
    Place place,
    @Default("75s")
        @Range(min = "0s", max = "24h")
        @Doc(
            "How long nothing is refused yet: longer than the load balancer needs to stop sending.")
        Duration announce,
    @Default("10s")
        @Range(min = "0s", max = "24h")
        @Doc(
            "Over how long connections are told to go away, so that clients do not return at once.")
        Duration spread,
    @Range(min = "0s", max = "24h")
        @Doc(
            "How long what is in flight may take after that; then it is cut. The exit code is 0"
                + " either way, and 143 only where a second SIGTERM came. Left out, ten seconds less"
                + " than `loadBalancer.deregistrationDelay`.")
        @Nullable Duration drain) {}
