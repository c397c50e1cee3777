package io.postern.cli;

import java.util.List;

/** {@code postern version}. */
final class VersionCommand {

  static final Command COMMAND =
      new Command(
          "version", "Prints the version of Postern and of Java.", List.of(), arguments -> print());

  private VersionCommand() {}

  private static int print() {
    String own = Main.class.getPackage().getImplementationVersion();
    System.out.println(
        "postern " + (own == null ? "(from classes)" : own) + ", java " + Runtime.version());
    return 0;
  }
}
