package io.postern.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code postern undrain}. */
@Command(
    name = "undrain",
    description = "Takes `postern drain` back: the process gets traffic again.")
final class UndrainCommand implements Callable<Integer> {

  @Mixin private AdminOption admin = new AdminOption();

  @Override
  public Integer call() throws InterruptedException {
    return admin.post("undrain");
  }
}
