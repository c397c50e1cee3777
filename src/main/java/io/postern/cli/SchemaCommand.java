package io.postern.cli;

import io.postern.config.ConfigSchema;
import picocli.CommandLine.Command;

/** {@code postern schema}. */
@Command(name = "schema", description = "Prints the JSON Schema of the config file, for editors.")
final class SchemaCommand implements Runnable {

  @Override
  public void run() {
    System.out.print(ConfigSchema.json());
  }
}
