package io.postern.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code postern check}. */
@Command(
    name = "check",
    description = "Checks a config file and all it names; exits 0, or 1 with each problem.")
final class CheckCommand implements Callable<Integer> {

  @Mixin private ConfigOption option = new ConfigOption();

  @Override
  public Integer call() {
    ConfigOption.Ready ready = option.load();
    if (ready == null) {
      return 1;
    }
    ready.compiled().close();
    System.out.println(option.file() + ": ok");
    return 0;
  }
}
