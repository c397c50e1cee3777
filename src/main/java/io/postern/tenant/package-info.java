/**
 * Who is calling: the tenants of the config, and how a client's connection is known to be one's. A
 * connection is asked about when it is accepted, and an exchange when it begins, so that it is told
 * by the config of that moment. Immutable, and shared by all event loops.
 */
@NullMarked
package io.postern.tenant;

import org.jspecify.annotations.NullMarked;
