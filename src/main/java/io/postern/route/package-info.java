/**
 * The compiled match table: a pure function of a request head, which is also what {@code explain}
 * prints. Built by {@code runtime} from the config, immutable, shared by all event loops.
 */
@NullMarked
package io.postern.route;

import org.jspecify.annotations.NullMarked;
