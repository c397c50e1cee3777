/**
 * The pure choice among candidates: no I/O, no clock, no Netty. A policy keeps its own small state
 * and is called by {@code pool} for each attempt; each event loop has its own.
 */
@NullMarked
package io.postern.balance;

import org.jspecify.annotations.NullMarked;
