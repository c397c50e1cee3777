package io.postern.cli;

import io.postern.config.ConfigSchema;
import java.util.List;

/** {@code postern schema}. */
final class SchemaCommand {

  static final Command COMMAND =
      new Command(
          "schema",
          "Prints the JSON Schema of the config file, for editors.",
          List.of(),
          arguments -> print());

  private SchemaCommand() {}

  private static int print() {
    System.out.print(ConfigSchema.json());
    return 0;
  }
}
