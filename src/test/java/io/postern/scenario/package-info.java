/**
 * Real sockets, misbehaving peers: one class a behaviour, and one for each row of the fault table.
 * The listing of this package is the catalogue of what can happen.
 */
@NullMarked
package io.postern.scenario;

import org.jspecify.annotations.NullMarked;
