/**
 * What is told about an exchange: one record, and the access log that writes it. {@code exchange}
 * pushes a finished record in from its event loop; a thread of the log formats and writes it.
 */
@NullMarked
package io.postern.observe;

import org.jspecify.annotations.NullMarked;
