package io.postern.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code postern servers}. */
@Command(
    name = "servers",
    description = "Lists the servers of the process that runs, with their state.")
final class ServersCommand implements Callable<Integer> {

  @Mixin private AdminOption admin = new AdminOption();

  @Option(names = "--pool", paramLabel = "NAME", description = "Only those of this pool.")
  private @Nullable String pool;

  @Option(
      names = "--state",
      paramLabel = "STATE",
      description = "Only those that are ready, ejected, down, drain or maint.")
  private @Nullable String state;

  @Override
  public Integer call() throws InterruptedException {
    return admin.get(new Query("servers").with("pool", pool).with("state", state).toString());
  }
}
