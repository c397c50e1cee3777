package io.postern.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code postern rollback}. */
@Command(
    name = "rollback",
    description =
        "Has the process that runs go back to the config that ran before, whatever the file says"
            + " now; the next reload reads that again.")
final class RollbackCommand implements Callable<Integer> {

  @Mixin private AdminOption admin = new AdminOption();

  @Option(names = "--force", description = "Even where a pool is left without a ready server.")
  private boolean force;

  @Override
  public Integer call() throws InterruptedException {
    return admin.post("rollback?force=" + force);
  }
}
