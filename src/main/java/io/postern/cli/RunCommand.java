package io.postern.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code postern run}. */
@Command(
    name = "run",
    description =
        "Serves until SIGTERM, then drains; a second SIGTERM stops at once. SIGUSR1 opens the"
            + " access log anew.")
final class RunCommand implements Callable<Integer> {

  @Mixin private ConfigOption option = new ConfigOption();

  @Override
  public Integer call() throws Exception {
    ConfigOption.Ready ready = option.load();
    return ready == null ? 1 : Service.serve(ready, stop -> {});
  }
}
