/**
 * Finds the servers of pools while they run: looks names up in DNS as long as their answers hold,
 * or follows a file that lists them, and hands the pool a new list of servers where that has
 * changed. A failed, negative or empty answer and a bad file never empty a pool.
 *
 * <p>Started and stopped by {@code runtime}. What is found for one pool belongs to one event loop,
 * and the pools are spread over the loops; that loop alone changes the list of the pool. Files are
 * read on a thread of {@code runtime}.
 */
@NullMarked
package io.postern.discovery;

import org.jspecify.annotations.NullMarked;
