/**
 * The composition root: from a config to the object graph; start, drain, stop. Owns the event loops
 * and knows every room to its left; {@code cli} runs it.
 */
@NullMarked
package io.postern.runtime;

import org.jspecify.annotations.NullMarked;
