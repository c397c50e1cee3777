/**
 * What happens in the process that those who run it want to hear of, as data: servers that come and
 * go, configs and certificates that are taken over or refused, drains, listeners.
 *
 * <p>Whoever sees such a thing raises it by one call, which writes the line in the log as well;
 * {@code admin} tells the last ones, and streams those that come. Used from any thread.
 */
@NullMarked
package io.postern.event;

import org.jspecify.annotations.NullMarked;
