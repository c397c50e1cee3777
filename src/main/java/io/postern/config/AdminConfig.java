package io.postern.config;

/** The port for those who run the proxy. */
public record AdminConfig(
    Place place,
    @Doc(
            "The address and port; it has no authentication, so one that only this machine reaches,"
                + " such as 127.0.0.1:9901.")
        Bind bind) {}
