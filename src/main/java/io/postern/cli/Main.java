package io.postern.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The entry point: {@code postern COMMAND}. */
@Command(
    name = "postern",
    description = "An L7, TLS-terminating reverse proxy.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      RunCommand.class,
      CheckCommand.class,
      HealthCommand.class,
      DemoCommand.class,
      DemoServerCommand.class,
      SchemaCommand.class,
      WarmCommand.class,
      VersionCommand.class
    })
public final class Main {

  Main() {}

  /** Runs the command line and exits with its code: 0 well, 1 not, 2 misused. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }
}
