package io.postern.cli;

import picocli.CommandLine.Command;

/** {@code postern version}. */
@Command(name = "version", description = "Prints the version of Postern and of Java.")
final class VersionCommand implements Runnable {

  @Override
  public void run() {
    System.out.println(Version.text());
  }
}
