/**
 * Files that may change while the program runs: whether they have, and what is read from those that
 * hold a part of the config. Nothing here reads by itself.
 *
 * <p>Called by {@code tls}, {@code discovery} and {@code runtime}. What is watched belongs to
 * whoever looks at it.
 */
@NullMarked
package io.postern.files;

import org.jspecify.annotations.NullMarked;
