/**
 * The command line: {@code run}, {@code check}, {@code demo}, {@code schema}, {@code version}. The
 * only room that prints or exits.
 */
@NullMarked
package io.postern.cli;

import org.jspecify.annotations.NullMarked;
