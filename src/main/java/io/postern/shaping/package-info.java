/**
 * Traffic shaping: what is scarce is shared by those who want it, max-min fair by their weights,
 * and whoever is ahead of its share waits by not reading. Scarce is the bandwidth of a tenant or a
 * listener, where it is limited, and the time of an event loop.
 */
@NullMarked
package io.postern.shaping;

import org.jspecify.annotations.NullMarked;
