package io.postern.cli;

import io.postern.admin.TrafficReading;
import java.io.Console;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code postern top}. */
@Command(
    name = "top",
    description = "Shows what comes in a second, anew each second; q or Ctrl-C ends it.")
final class TopCommand implements Callable<Integer> {

  private static final String CLEAR = "\033[H\033[2J";
  private static final double NANOS = 1e9;

  @Mixin private AdminOption admin = new AdminOption();

  @Option(
      names = "--by",
      paramLabel = "WHAT",
      description =
          "By what it is told apart: route, which it is where it is left out, server, tenant, vpce or listener.")
  private String by = "route";

  @Option(names = "--once", description = "Measures one second, prints that, and ends.")
  private boolean once;

  @Override
  public Integer call() throws InterruptedException, IOException {
    boolean screen =
        !once && Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    CountDownLatch ended = new CountDownLatch(1);
    if (screen) {
      Thread restore = new Thread(() -> terminal("icanon echo"));
      Runtime.getRuntime().addShutdownHook(restore);
      terminal("-icanon -echo min 1");
      Thread.ofPlatform().daemon().name("keys").start(() -> awaitQuit(ended));
    }
    return show(screen, ended);
  }

  private int show(boolean screen, CountDownLatch ended) throws InterruptedException, IOException {
    TrafficReading before = read();
    long then = System.nanoTime();
    while (before != null && !ended.await(1, TimeUnit.SECONDS)) {
      TrafficReading now = read();
      long at = System.nanoTime();
      if (now == null) {
        return 1;
      }
      double seconds = (at - then) / NANOS;
      System.out.print(screen ? CLEAR : "");
      System.out.print(admin.isJson() ? now.json(before, seconds) : now.table(before, seconds));
      System.out.flush();
      if (once) {
        return 0;
      }
      before = now;
      then = at;
    }
    return before == null ? 1 : 0;
  }

  private @Nullable TrafficReading read() throws InterruptedException, IOException {
    String answer = admin.read("traffic?by=" + by);
    return answer == null ? null : TrafficReading.of(answer);
  }

  private static void awaitQuit(CountDownLatch ended) {
    try {
      int key = System.in.read();
      while (key >= 0 && key != 'q') {
        key = System.in.read();
      }
      ended.countDown();
    } catch (IOException e) {
      ended.countDown(); // there is no terminal any more
    }
  }

  /** Keys come one by one, and are not shown; where there is no stty, q takes an Enter. */
  private static void terminal(String settings) {
    try {
      new ProcessBuilder("sh", "-c", "stty " + settings + " < /dev/tty 2> /dev/null")
          .inheritIO()
          .start()
          .waitFor();
    } catch (IOException _) {
      // there is none
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
