package io.postern.config;

import org.jspecify.annotations.Nullable;

/** How many TLS handshakes there may be; what is more is closed before anything is computed. */
public record HandshakeLimits(
    Place place,
    @Default("0")
        @Range(min = "0", max = "10000000")
        @Doc("Under way at once, each from its ClientHello to its end. 0 is any number.")
        int concurrent,
    @Doc("Begun in a time, such as `200/s`, of which all may come at once; left out, any number.")
        @Nullable Rate rate) {}
