/**
 * Checks of servers on a schedule: a connection, or a request with its response, whose results
 * become the state of the {@link io.postern.pool.Server}. When to go down and up is a pure state
 * machine.
 *
 * <p>Started and stopped by {@code runtime}. The checks of one server belong to one event loop, and
 * the servers are spread over the loops; that loop alone writes the server's state.
 */
@NullMarked
package io.postern.health;

import org.jspecify.annotations.NullMarked;
