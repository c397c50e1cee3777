/**
 * Servers and their live state, and the choice of one for an attempt. Shared by all event loops:
 * what changes is a counter, or a value that is swapped whole.
 */
@NullMarked
package io.postern.pool;

import org.jspecify.annotations.NullMarked;
