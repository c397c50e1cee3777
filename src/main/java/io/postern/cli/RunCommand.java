package io.postern.cli;

import java.util.List;

/** {@code postern run}. */
final class RunCommand {

  static final Command COMMAND =
      new Command(
          "run",
          """
          Serves until SIGTERM, then drains.
          A second SIGTERM stops at once. SIGUSR1 opens the access log anew.
          """,
          List.of(ConfigOption.FILE),
          RunCommand::run);

  private RunCommand() {}

  private static int run(Arguments arguments) throws Exception {
    ConfigOption.Ready ready = ConfigOption.load(ConfigOption.file(arguments));
    return ready == null ? 1 : Service.serve(ready, stop -> {});
  }
}
