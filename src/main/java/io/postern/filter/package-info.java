/**
 * Small transforms of heads: the fields of one hop that must not be passed on, and those by which a
 * proxy tells about itself and the client. Called by {@code exchange} on its event loop.
 */
@NullMarked
package io.postern.filter;

import org.jspecify.annotations.NullMarked;
