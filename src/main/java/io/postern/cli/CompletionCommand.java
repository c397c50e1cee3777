package io.postern.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code postern completion}. */
@Command(
    name = "completion",
    description =
        "Prints what bash and zsh complete command lines by; in a shell: `source <(postern completion)`.")
final class CompletionCommand implements Runnable {

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public void run() {
    System.out.println(AutoComplete.bash("postern", spec.root().commandLine()));
  }
}
