package io.postern.cli;

import io.postern.config.Bind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** {@code postern demo-server}: a server of the demo by itself, for proxies in containers. */
final class DemoServerCommand {

  private static final Option NAME =
      new Option(List.of("--name"), "NAME", "What it calls itself; server otherwise.");

  private static final Option BIND =
      new Option(List.of("--bind"), "HOST:PORT", "Where it listens; 127.0.0.1:8080 otherwise.");

  static final Command COMMAND =
      new Command(
          "demo-server",
          "Runs one of the demo's servers until SIGTERM; it says who it is and what it got.",
          List.of(NAME, BIND),
          DemoServerCommand::run);

  private DemoServerCommand() {}

  private static int run(Arguments arguments) throws InterruptedException {
    String name = arguments.value(NAME).orElse("server");
    String bind = arguments.value(BIND).orElse("127.0.0.1:8080");
    CountDownLatch asked = new CountDownLatch(1);
    Signals.on("TERM", asked::countDown);
    Signals.on("INT", asked::countDown);
    try {
      Bind at = Bind.parse(bind);
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
