package io.postern.cli;

import io.postern.config.Bind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code postern demo-server}: a server of the demo by itself, for proxies in containers. */
@Command(
    name = "demo-server",
    description =
        "Runs one of the demo's servers until SIGTERM; it says who it is and what it got.")
final class DemoServerCommand implements Callable<Integer> {

  @Option(
      names = "--name",
      defaultValue = "server",
      description = "What it calls itself; ${DEFAULT-VALUE} otherwise.")
  private String name = "server";

  @Option(
      names = "--bind",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:8080",
      description = "Where it listens; ${DEFAULT-VALUE} otherwise.")
  private String bind = "127.0.0.1:8080";

  @Override
  public Integer call() throws InterruptedException {
    CountDownLatch asked = new CountDownLatch(1);
    Signals.on("TERM", asked::countDown);
    Signals.on("INT", asked::countDown);
    try {
      Bind.Address at = Bind.Address.parse(bind);
      DemoServer.start(name, new InetSocketAddress(at.host(), at.port()));
    } catch (IOException | IllegalArgumentException e) {
      System.err.println("postern: --bind " + bind + ": " + e.getMessage());
      return 1;
    }
    System.err.println(name + " ready: " + bind);
    asked.await();
    return 0;
  }
}
