package io.postern.cli;

import io.postern.config.ConfigLoader;
import io.postern.config.Loaded;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code postern check}. */
@Command(
    name = "check",
    description = "Checks a config file and all it names; exits 0, or 1 with each problem.")
final class CheckCommand implements Callable<Integer> {

  @Mixin private ConfigOption option = new ConfigOption();

  @Option(names = "--strict", description = "Exits 1 for warnings too.")
  private boolean strict;

  @Override
  public Integer call() {
    Loaded loaded = ConfigLoader.load(option.file(), System.getenv());
    ConfigOption.Ready ready = ConfigOption.ready(loaded);
    if (ready == null) {
      return 1;
    }
    ready.compiled().close();
    int warnings = loaded.warnings().size() + ready.compiled().warnings().size();
    if (strict && warnings > 0) {
      String counted = warnings == 1 ? "1 warning" : warnings + " warnings";
      System.err.println(option.file() + ": " + counted + ", which --strict refuses");
      return 1;
    }
    System.out.println(option.file() + ": ok");
    return 0;
  }
}
