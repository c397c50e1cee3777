package io.postern.cli;

import io.postern.config.Config;
import io.postern.config.ConfigLoader;
import io.postern.config.Loaded;
import io.postern.config.Problem;
import io.postern.runtime.Compiled;
import java.nio.file.Path;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code -c FILE}, and what is done with the file: load it, compile it, say what is wrong. */
final class ConfigOption {

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      defaultValue = "/etc/postern/postern.yaml",
      description = "The config file; ${DEFAULT-VALUE} where none is named.")
  private Path file = Path.of("/etc/postern/postern.yaml");

  Path file() {
    return file;
  }

  /** A config that can run. */
  record Ready(Config config, Compiled compiled) {}

  /** Loads the file, prints each problem and warning on its own line, and answers null for any. */
  @Nullable Ready load() {
    return ready(ConfigLoader.load(file, System.getenv()));
  }

  static @Nullable Ready ready(Loaded loaded) {
    loaded.warnings().forEach(ConfigOption::warn);
    return switch (loaded) {
      case Loaded.Valid valid -> compile(valid.config());
      case Loaded.Invalid invalid -> {
        invalid.problems().forEach(System.err::println);
        yield null;
      }
    };
  }

  private static @Nullable Ready compile(Config config) {
    Compiled compiled = Compiled.of(config, InstantSource.system().instant());
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
