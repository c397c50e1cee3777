package io.postern.cli;

import java.nio.file.Path;
import java.util.List;

/** {@code postern check}. */
final class CheckCommand {

  static final Command COMMAND =
      new Command(
          "check",
          "Checks a config file and all it names; exits 0, or 1 with each problem.",
          List.of(ConfigOption.FILE),
          CheckCommand::run);

  private CheckCommand() {}

  private static int run(Arguments arguments) {
    Path file = ConfigOption.file(arguments);
    ConfigOption.Ready ready = ConfigOption.load(file);
    if (ready == null) {
      return 1;
    }
    ready.compiled().close();
    System.out.println(file + ": ok");
    return 0;
  }
}
