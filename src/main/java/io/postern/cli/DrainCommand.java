package io.postern.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code postern drain}. */
@Command(
    name = "drain",
    description =
        "Has load balancers send no more traffic to the process that runs, and asks"
            + " clients to go when they had time to notice (`shutdown.announce`, `spread`); it"
            + " serves on.")
final class DrainCommand implements Callable<Integer> {

  @Mixin private AdminOption admin = new AdminOption();

  @Override
  public Integer call() throws InterruptedException {
    return admin.post("drain");
  }
}
