/**
 * From YAML to immutable, defaulted, validated records. Every problem of a file is found in one
 * reading and reported with line, column and key path; every section keeps its {@link
 * io.postern.config.Place}, so that the rooms which compile it can report in the same way.
 *
 * <p>Called by {@code runtime} and {@code cli}. Nothing here has a thread: loading is a function of
 * the file and the environment.
 */
@NullMarked
package io.postern.config;

import org.jspecify.annotations.NullMarked;
