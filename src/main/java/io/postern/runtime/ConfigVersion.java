package io.postern.runtime;

import io.postern.config.Config;
import java.time.Instant;

/**
 * A version of the config that has run, or runs.
 *
 * @param number the first is 1
 * @param since when it was taken over
 * @param by who has asked for it
 */
public record ConfigVersion(long number, Config config, Instant since, String by) {}
