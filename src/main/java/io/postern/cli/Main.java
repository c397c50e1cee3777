package io.postern.cli;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/** The entry point: {@code postern COMMAND}. */
public final class Main {

  private static final int FAILED = 1;
  private static final int MISUSED = 2;
  private static final List<String> HELP = List.of("-h", "--help");

  private static final List<Command> COMMANDS =
      List.of(
          RunCommand.COMMAND,
          CheckCommand.COMMAND,
          HealthCommand.COMMAND,
          DemoCommand.COMMAND,
          DemoServerCommand.COMMAND,
          SchemaCommand.COMMAND,
          WarmCommand.COMMAND,
          VersionCommand.COMMAND);

  private Main() {}

  /** Runs the command line and exits with its code: 0 well, 1 not, 2 misused. */
  public static void main(String[] args) {
    System.exit(run(List.of(args)));
  }

  private static int run(List<String> words) {
    if (words.isEmpty()) {
      return misused("which command?", usage());
    }
    String first = words.getFirst();
    if (HELP.contains(first)) {
      return say(usage());
    }
    String name = first.equals("-V") || first.equals("--version") ? "version" : first;
    Optional<Command> command =
        COMMANDS.stream().filter(each -> each.name().equals(name)).findFirst();
    return command.isPresent()
        ? run(command.get(), words.subList(1, words.size()))
        : misused("there is no command " + name, usage());
  }

  private static int run(Command command, List<String> words) {
    if (words.stream().anyMatch(HELP::contains)) {
      return say(command.usage());
    }
    try {
      return command.action().run(Arguments.read(command.options(), words));
    } catch (MisuseException e) {
      return misused(String.valueOf(e.getMessage()), command.usage());
    } catch (Exception e) {
      LoggerFactory.getLogger(Main.class).error("postern {} failed", command.name(), e);
      return FAILED;
    }
  }

  private static int say(String usage) {
    System.out.print(usage);
    return 0;
  }

  private static int misused(String why, String usage) {
    System.err.println("postern: " + why);
    System.err.print(usage);
    return MISUSED;
  }

  private static String usage() {
    return COMMANDS.stream()
        .map(each -> String.format(Locale.ROOT, "  %-12s %s%n", each.name(), each.summary()))
        .collect(
            Collectors.joining(
                "",
                """
                usage: postern COMMAND [OPTION ...]

                An L7, TLS-terminating reverse proxy.

                """,
                """

                `postern COMMAND --help` says more.
                """));
  }
}
