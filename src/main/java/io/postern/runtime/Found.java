package io.postern.runtime;

import java.util.List;

/**
 * The first of what somebody looked for.
 *
 * @param matched how many there were
 * @param first the first of them, in the order asked for
 */
public record Found<T>(long matched, List<T> first) {}
