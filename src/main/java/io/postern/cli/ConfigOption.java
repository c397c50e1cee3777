package io.postern.cli;

import io.postern.config.Config;
import io.postern.config.ConfigLoader;
import io.postern.config.Loaded;
import io.postern.config.Problem;
import io.postern.runtime.Compiled;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code -c FILE}, and what is done with the file: load it, compile it, say what is wrong. */
final class ConfigOption {

  private static final String STANDARD = "/etc/postern/postern.yaml";

  static final Option FILE =
      new Option(
          List.of("-c", "--config"),
          "FILE",
          "The config file; " + STANDARD + " where none is named.");

  private ConfigOption() {}

  static Path file(Arguments arguments) {
    return Path.of(arguments.value(FILE).orElse(STANDARD));
  }

  /** A config that can run. */
  record Ready(Config config, Compiled compiled) {}

  /** Loads the file, prints each problem and warning on its own line, and answers null for any. */
  static @Nullable Ready load(Path file) {
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
