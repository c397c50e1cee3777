package io.postern.runtime;

import io.netty.util.internal.PlatformDependent;
import io.postern.config.ProcessConfig;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the process may take, as it was found at the start: from the limit of open files, from the
 * bounds of the JVM, and from the config where that says less.
 *
 * @param connections of clients, on all listeners together
 * @param descriptors {@link Long#MAX_VALUE} where there is no limit
 * @param directMemory for Netty's buffers, in bytes
 * @param windows what of that windows of HTTP/2 may take beyond those that each begins with
 * @param found what that was made of
 */
record Budgets(int connections, long descriptors, long directMemory, long windows, Found found) {

  /** What a connection of a client takes of the heap, with an exchange and one to a server. */
  private static final int HEAP_OF_ONE = 12 * 1024;

  /** What the JVM, its code and its threads take beside the heap, and TLS for some thousands. */
  private static final long REST = 150L << 20;

  /** Jars, logs, event loops, listeners and checks of servers, where there are many. */
  private static final long RESERVED = 512;

  /** What is opened after the start at least. */
  private static final long RESERVED_TO_COME = 32;

  private static final int LEAST_CONNECTIONS = 16;

  /**
   * The process and the machine.
   *
   * @param limit of descriptors
   * @param open descriptors at the start
   * @param heap what the heap may grow to, in bytes
   * @param direct what Netty's buffers may, in bytes
   */
  record Found(long limit, long open, long heap, long direct) {

    static Found now() {
      return new Found(
          Descriptors.limit(),
          Descriptors.counted(),
          Runtime.getRuntime().maxMemory(),
          PlatformDependent.maxDirectMemory());
    }
  }

  /** Those of the process as it is now. */
  static Budgets atStart(ProcessConfig config) {
    return of(Found.now(), config.windowBudget().bytes());
  }

  /**
   * What follows from what was found.
   *
   * @param windows what the config lets windows take, in bytes
   */
  static Budgets of(Found found, long windows) {
    long reserved = Math.max(found.open + RESERVED_TO_COME, Math.min(RESERVED, found.limit / 8));
    long byDescriptors = (found.limit - reserved) / 2; // each client with one to a server
    long byHeap = found.heap / 4 * 3 / HEAP_OF_ONE;
    int connections =
        Math.clamp(Math.min(byDescriptors, byHeap), LEAST_CONNECTIONS, Integer.MAX_VALUE);
    return new Budgets(
        connections, found.limit, found.direct, Math.min(windows, found.direct / 2), found);
  }

  /** In words, for the log. */
  String describe(long memory) {
    return "budgets: %d connections of clients, %s descriptors, %s of direct memory of which %s for windows of HTTP/2, beside %s of heap, of %s that there are"
        .formatted(
            connections,
            descriptors == Long.MAX_VALUE ? "any number of" : Long.toString(descriptors),
            mib(directMemory),
            mib(windows),
            mib(found.heap),
            mib(memory));
  }

  /**
   * What does not fit.
   *
   * @param memory of the container, or the machine
   * @return in words; null where all is well
   */
  @Nullable String misfit(long memory) {
    List<String> parts = new ArrayList<>();
    if (found.heap + directMemory + REST <= memory) {
      return null;
    }
    parts.add(mib(found.heap) + " of heap (-Xmx)");
    parts.add(mib(directMemory) + " of direct memory (-XX:MaxDirectMemorySize)");
    parts.add("some " + mib(REST) + " for all else");
    return String.join(", ", parts)
        + " do not fit in the "
        + mib(memory)
        + " of the container or machine: it may be killed before it can say that it is overloaded";
  }

  private static String mib(long bytes) {
    return (bytes >> 20) + " MiB";
  }
}
