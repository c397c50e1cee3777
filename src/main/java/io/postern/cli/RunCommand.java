package io.postern.cli;

import io.postern.config.ConfigLoader;
import io.postern.config.Loaded;
import io.postern.tls.KeyLog;
import io.postern.tls.ListenerTls;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code postern run}. */
@Command(
    name = "run",
    description =
        "Serves until SIGTERM, then drains; a second SIGTERM stops at once. SIGHUP reads the config"
            + " again, as a change of its file does; SIGUSR1 opens the access log anew.")
final class RunCommand implements Callable<Integer> {

  @Mixin private ConfigOption option = new ConfigOption();

  @ArgGroup(exclusive = false)
  private @Nullable KeyLogOption keyLog;

  @Spec private @Nullable CommandSpec spec;

  @Override
  public Integer call() throws Exception {
    if (keyLog != null && spec != null) {
      keyLog.check(spec.commandLine());
    }
    return run(option.file(), keyLog);
  }

  static int run(Path config) throws Exception {
    return run(config, null);
  }

  private static int run(Path config, @Nullable KeyLogOption secrets) throws Exception {
    Thread netty = ListenerTls.prepare();
    Loaded loaded = ConfigLoader.load(config, System.getenv());
    netty.join();
    KeyLog opened;
    try {
      opened = secrets == null ? null : secrets.open();
    } catch (IOException e) {
      System.err.println("postern: " + e.getMessage());
      return 1;
    }
    try (KeyLog keyLog = opened) {
      ConfigOption.Ready ready = ConfigOption.ready(loaded, keyLog);
      return ready == null ? 1 : Service.serve(ready, config, stop -> {});
    }
  }
}
