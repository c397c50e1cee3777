/**
 * Finds the servers of pools while they run: looks names up in DNS as long as their answers hold,
 * and hands the pool a new list of servers where the answer has changed. A failed, negative or
 * empty answer never empties a pool.
 *
 * <p>Started and stopped by {@code runtime}. The look-ups of one pool belong to one event loop, and
 * the pools are spread over the loops; that loop alone changes the list of the pool.
 */
@NullMarked
package io.postern.discovery;

import org.jspecify.annotations.NullMarked;
