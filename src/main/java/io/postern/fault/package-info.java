/**
 * What can go wrong, as data: party × phase × reason gives the status, whether the connection is
 * kept, whether another server may be tried, and the two letters of the termination code.
 *
 * <p>Every room speaks of failures in these words; a response is made from a fault only at the
 * boundary, in {@code exchange} and in the codecs of {@code http}.
 */
@NullMarked
package io.postern.fault;

import org.jspecify.annotations.NullMarked;
