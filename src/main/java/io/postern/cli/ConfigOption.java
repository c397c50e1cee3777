package io.postern.cli;

import io.postern.config.Config;
import io.postern.config.ConfigLoader;
import io.postern.config.Loaded;
import io.postern.config.Problem;
import io.postern.runtime.Compiled;
import io.postern.tls.KeyLog;
import java.nio.file.Path;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code -c FILE}, and what is done with the file: load it, compile it, say what is wrong. */
final class ConfigOption {

  private static final String NAME = "/etc/postern/postern.yaml";

  /** The config file where none is named. */
  static final Path USUAL = Path.of(NAME);

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      defaultValue = NAME,
      description = "The config file; ${DEFAULT-VALUE} where none is named.")
  private Path file = USUAL;

  Path file() {
    return file;
  }

  /** A config that can run. */
  record Ready(Config config, Compiled compiled) {}

  @Nullable Ready load() {
    return load(file);
  }

  /** Loads a file, prints each problem and warning on its own line, and answers null for any. */
  static @Nullable Ready load(Path file) {
    return ready(ConfigLoader.load(file, System.getenv()));
  }

  static @Nullable Ready ready(Loaded loaded) {
    return ready(loaded, null);
  }

  /** The same, and the secrets of its TLS connections are told to somebody. */
  static @Nullable Ready ready(Loaded loaded, @Nullable KeyLog keyLog) {
    loaded.warnings().forEach(ConfigOption::warn);
    return switch (loaded) {
      case Loaded.Valid valid -> compile(valid.config(), keyLog);
      case Loaded.Invalid invalid -> {
        invalid.problems().forEach(System.err::println);
        yield null;
      }
    };
  }

  private static @Nullable Ready compile(Config config, @Nullable KeyLog keyLog) {
    Compiled compiled = Compiled.of(config, InstantSource.system().instant(), keyLog);
    compiled.problems().forEach(System.err::println);
    compiled.warnings().forEach(ConfigOption::warn);
    if (compiled.problems().isEmpty()) {
      return new Ready(config, compiled);
    }
    compiled.close();
    return null;
  }

  private static void warn(Problem warning) {
    System.err.println("warning: " + warning);
  }
}
