package io.postern.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The process as a whole; read at start only. */
public record ProcessConfig(
    Place place,
    @Default("auto")
        @Doc(
            "How sockets are driven: auto takes epoll where there is one, else nio; io_uring is taken only by name.")
        Transport transport,
    @Default("0")
        @Range(min = "0", max = "1024")
        @Doc("How many event loops serve; 0 is one for each processor that the process may use.")
        int eventLoops,
    @Default("128MiB")
        @Range(min = "0B", max = "1TiB")
        @Doc(
            "Memory that all connections of HTTP/2 may take together beyond the windows that each begins with: for windows that grow with long lines, and for content that waits for a slow reader. Where there is no room left, 64KiB may wait on each connection of a client. It is half of the memory for buffers at most (`-XX:MaxDirectMemorySize`).")
        Size windowBudget,
    @Default("5s")
        @Range(min = "100ms", max = "1h")
        @Doc(
            "How often files that may change while we run are looked at, which are certificates, their keys, authorities and lists of what they revoked, `tenantsFile` and `discovery.file`; a change is taken over when it has stood for as long.")
        Duration watchInterval,
    @Doc(
            "The zone that this process is in, such as `${ZONE:-}`: of one tier, servers of the same zone go first, then those of the region.")
        @Nullable String zone,
    @Doc("The region that this process is in.") @Nullable String region) {

  /** How sockets are driven. */
  public enum Transport {
    AUTO,
    @Written("io_uring")
    IO_URING,
    EPOLL,
    NIO
  }
}
