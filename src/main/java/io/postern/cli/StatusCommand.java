package io.postern.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code postern status}. */
@Command(
    name = "status",
    description = "Says how the process is that runs: its config, listeners, pools and servers.")
final class StatusCommand implements Callable<Integer> {

  @Mixin private AdminOption admin = new AdminOption();

  @Override
  public Integer call() throws InterruptedException {
    return admin.get("status");
  }
}
