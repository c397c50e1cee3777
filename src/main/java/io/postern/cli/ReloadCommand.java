package io.postern.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code postern reload}. */
@Command(
    name = "reload",
    description =
        "Has the process that runs read its config again, and says what that changes; exits with 1"
            + " where it is refused, and what ran runs on.")
final class ReloadCommand implements Callable<Integer> {

  @Mixin private AdminOption admin = new AdminOption();

  @Option(
      names = "--dry-run",
      description = "Only say what would come of it: new servers are checked, addresses bound.")
  private boolean trial;

  @Option(names = "--force", description = "Even where a pool is left without a ready server.")
  private boolean force;

  @Override
  public Integer call() throws InterruptedException {
    return admin.post("reload?trial=" + trial + "&force=" + force);
  }
}
