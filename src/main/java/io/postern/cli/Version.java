package io.postern.cli;

import picocli.CommandLine.IVersionProvider;

/** What this build is. */
final class Version implements IVersionProvider {

  @Override
  public String[] getVersion() {
    return new String[] {text()};
  }

  static String text() {
    String own = Main.class.getPackage().getImplementationVersion();
    return "postern " + (own == null ? "(from classes)" : own) + ", java " + Runtime.version();
  }
}
