package io.postern.runtime;

import io.postern.config.Loaded;
import java.util.function.Supplier;

/**
 * Another version of the config that somebody wants to run.
 *
 * @param source reads it; may block
 * @param by who, for the log
 * @param force whether pools may be left without a server that is ready
 * @param trial whether it is only to be seen what would come of it
 */
public record ReloadRequest(Supplier<Loaded> source, String by, boolean force, boolean trial) {

  /** One that is carried out, where nothing speaks against it. */
  public static ReloadRequest of(Supplier<Loaded> source, String by) {
    return new ReloadRequest(source, by, false, false);
  }
}
