/**
 * The heart: one request through tenant, route, filter, pick, acquire, relay and finish. {@link
 * io.postern.exchange.Exchange} is the one place that sees both sides; its methods stand in the
 * order in which things happen.
 *
 * <p>An exchange, its attempts and its relays belong to the event loop of the downstream
 * connection.
 */
@NullMarked
package io.postern.exchange;

import org.jspecify.annotations.NullMarked;
