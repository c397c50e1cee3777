package io.postern.cli;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The entry point: {@code postern COMMAND}. */
@Command(
    name = "postern",
    description = "An L7, TLS-terminating reverse proxy.",
    versionProvider = Version.class,
    subcommands = {
      RunCommand.class,
      CheckCommand.class,
      ExplainCommand.class,
      StatusCommand.class,
      TopCommand.class,
      ServersCommand.class,
      SetCommand.class,
      ReloadCommand.class,
      RollbackCommand.class,
      DrainCommand.class,
      UndrainCommand.class,
      HealthCommand.class,
      DemoCommand.class,
      DemoServerCommand.class,
      SchemaCommand.class,
      CompletionCommand.class,
      WarmCommand.class,
      VersionCommand.class
    })
@SuppressWarnings("UnusedVariable") // picocli sets them, and answers them by itself
public final class Main {

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      scope = ScopeType.INHERIT,
      description = "Say how it is called, and end.")
  private boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Say which version it is, and end.")
  private boolean version;

  Main() {}

  /** Runs the command line and exits with its code: 0 well, 1 not, 2 misused. */
  public static void main(String[] args) throws Exception {
    Path config = service(List.of(args));
    System.exit(
        config == null ? new CommandLine(new Main()).execute(args) : RunCommand.run(config));
  }

  /**
   * The config of what a service manager starts; null for every other command line. It needs no
   * picocli, which would take a third of the whole start.
   */
  private static @Nullable Path service(List<String> args) {
    if (args.equals(List.of("run"))) {
      return ConfigOption.USUAL;
    }
    boolean named =
        args.size() == 3
            && args.getFirst().equals("run")
            && (args.get(1).equals("-c") || args.get(1).equals("--config"));
    return named ? Path.of(args.getLast()) : null;
  }
}
