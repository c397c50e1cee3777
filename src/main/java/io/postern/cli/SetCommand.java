package io.postern.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code postern set}. */
@Command(
    name = "set",
    description =
        "Says something of a server of the process that runs in place of its config, whatever was"
            + " said before. It outlives a reload, and not the process.")
final class SetCommand implements Callable<Integer> {

  @Mixin private AdminOption admin = new AdminOption();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Parameters(
      paramLabel = "POOL/SERVER",
      description = "Which, as `postern servers` has them, such as app/10.0.0.1:8080.")
  private String which = "";

  @Option(names = "--state", paramLabel = "STATE", description = "ready, drain or maint.")
  private @Nullable String state;

  @Option(names = "--weight", paramLabel = "N", description = "0 to 1000.")
  private @Nullable Integer weight;

  @Option(
      names = "--for",
      paramLabel = "TIME",
      description = "How long, such as 30m; left out, until it is taken back.")
  private @Nullable String lasting;

  @Option(names = "--reset", description = "It is again what the config says.")
  private boolean reset;

  @Option(names = "--force", description = "Even where its pool is left without a ready server.")
  private boolean force;

  @Override
  public Integer call() throws InterruptedException {
    int slash = which.indexOf('/');
    if (slash <= 0) {
      throw misused("a pool, a slash and a server are needed, such as app/10.0.0.1:8080");
    }
    if (reset != (state == null && weight == null)) {
      throw misused("--state or --weight is needed, or --reset without them");
    }
    String path =
        "pools/%s/servers/%s/override"
            .formatted(
                AdminClient.encoded(which.substring(0, slash)),
                AdminClient.encoded(which.substring(slash + 1)));
    return reset
        ? admin.ask("DELETE", path)
        : admin.ask(
            "PUT",
            new Query(path)
                .with("state", state)
                .with("weight", weight)
                .with("for", lasting)
                .with("force", force ? "true" : null)
                .toString());
  }

  private ParameterException misused(String what) {
    return new ParameterException(spec.commandLine(), what);
  }
}
