package io.postern.discovery;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/** How the servers of one pool are found, again and again. Started and stopped by one thread. */
sealed interface Finding permits DnsDiscovery, FileDiscovery {

  /**
   * Begins.
   *
   * @return done when the first look has ended, whatever came out, and was told
   */
  CompletableFuture<Void> start();

  /** Looks whether a file is another, and reads it; may block. */
  default void lookAtFile() {}

  /**
   * Looks no more; the servers stay.
   *
   * @return done when nothing is told any more
   */
  Future<?> stop();
}
