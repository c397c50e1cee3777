package io.postern.config;

import java.util.List;

/** The id that each request has, in X-Request-Id and the access log. */
public record RequestIdConfig(
    Place place,
    @Default("[]")
        @Doc(
            "Networks whose clients may choose it: what they send in X-Request-Id is kept where it is 1 to 128 bytes of visible ASCII without quotes. Left out, nobody may.")
        List<Cidr> trustedSources) {}
