/**
 * What is deployed, asked from outside. Tagged {@code deploy}: {@code scripts/test-deploy} builds
 * the image, starts an engine and runs these; they are no part of the normal suite.
 */
@NullMarked
package io.postern.deploy;

import org.jspecify.annotations.NullMarked;
