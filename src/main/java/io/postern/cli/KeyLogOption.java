package io.postern.cli;

import io.postern.tls.KeyLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/**
 * {@code --tls-key-log} and its end, for whoever has to read what the proxy and a peer say to each
 * other. It is no key of the config, where it would be forgotten.
 */
final class KeyLogOption {

  private static final Duration LONGEST = Duration.ofHours(24);
  private static final InstantSource CLOCK = InstantSource.system();

  @Option(
      names = "--tls-key-log",
      paramLabel = "FILE",
      required = true,
      description =
          "For debugging: writes the secrets of all TLS connections to FILE, as Wireshark reads"
              + " them. Whoever has it can read what was recorded of the connections.")
  private Path file = Path.of("");

  @Option(
      names = "--tls-key-log-until",
      paramLabel = "INSTANT",
      required = true,
      description =
          "When that ends, at most 24 hours ahead, such as 2026-07-29T15:30:00Z. After a later"
              + " restart nothing is written.")
  private Instant until = Instant.MIN;

  /** Refuses an end that is too far away; as picocli refuses what it cannot read. */
  void check(CommandLine command) {
    if (until.isAfter(CLOCK.instant().plus(LONGEST))) {
      throw new ParameterException(
          command,
          "Invalid value for option '--tls-key-log-until': it is more than 24 hours ahead");
    }
  }

  /** Opens it; null where its time is over, as after a restart with the same command line. */
  @Nullable KeyLog open() throws IOException {
    if (CLOCK.instant().isBefore(until)) {
      return KeyLog.open(file, until, CLOCK);
    }
    System.err.println("warning: --tls-key-log ended at " + until + ", nothing is written");
    return null;
  }
}
