package io.postern.route;

import org.jspecify.annotations.Nullable;

/**
 * How a route stands to a request.
 *
 * @param against why it does not take it, in words; null where it would, if none before it did
 */
public record Considered(Route route, @Nullable String against) {}
