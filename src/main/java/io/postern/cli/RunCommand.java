package io.postern.cli;

import io.postern.config.ConfigLoader;
import io.postern.config.Loaded;
import io.postern.tls.ListenerTls;
import java.nio.file.Path;
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
    return run(option.file());
  }

  static int run(Path config) throws Exception {
    Thread netty = ListenerTls.prepare();
    Loaded loaded = ConfigLoader.load(config, System.getenv());
    netty.join();
    ConfigOption.Ready ready = ConfigOption.ready(loaded);
    return ready == null ? 1 : Service.serve(ready, stop -> {});
  }
}
