package io.postern.cli;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A command of the program.
 *
 * @param name its first word
 * @param about one line, and what more there is to say on others
 */
record Command(String name, String about, List<Option> options, Action action) {

  /** What a command does. */
  @FunctionalInterface
  interface Action {

    /**
     * Does it.
     *
     * @return the exit code of the process: 0 well, 1 not
     * @throws MisuseException where the value of an option cannot be one
     */
    int run(Arguments arguments) throws Exception;
  }

  /** How it is called. */
  String usage() {
    String head = "usage: postern " + name + (options.isEmpty() ? "" : " [OPTION ...]");
    String each = options.stream().map(Option::usage).collect(Collectors.joining());
    return head + "\n\n" + about.strip() + "\n" + (each.isEmpty() ? "" : "\n" + each);
  }

  /** The first line of what it is about. */
  String summary() {
    return about.lines().findFirst().orElseThrow();
  }
}
