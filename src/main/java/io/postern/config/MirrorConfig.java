package io.postern.config;

/** Copies of requests for another pool, whose answers are for nobody. */
public record MirrorConfig(
    Place place,
    @Doc("The pool that gets the copies.") String pool,
    @Default("100%") @Doc("How many of the requests are copied, drawn by lot.") Share share,
    @Default("64KiB")
        @Range(min = "0B", max = "1MiB")
        @Doc("The largest content that is copied; a request with more is not.")
        Size bodyLimit) {}
