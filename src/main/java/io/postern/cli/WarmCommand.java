package io.postern.cli;

import io.postern.config.ConfigLoader;
import io.postern.tls.CertificateAuthority;
import io.postern.tls.KeyType;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code postern warm}: serves a load of its own, so that the JVM can record which classes and
 * profiles a start needs (JEP 514, JEP 515). The launcher starts it with {@value #RECORD}, and
 * every later start with the file that comes of it.
 */
@Command(
    name = "warm",
    description =
        "Serves a load of its own for some seconds and leaves what the JVM has learned by it in"
            + " lib/postern.aot, which makes each start from then on quicker. To be run again after"
            + " another Java, or other files in lib, were put in place.")
final class WarmCommand implements Callable<Integer> {

  private static final String CONFIG = "warm.yaml";

  static final String RECORD = "-XX:AOTCacheOutput=";

  @Option(
      names = "--seconds",
      defaultValue = "5",
      description = "How long; ${DEFAULT-VALUE} where it is not said.")
  private int seconds = 5;

  @Override
  public Integer call() throws Exception {
    Optional<Path> recorded = recorded();
    if (recorded.isEmpty()) {
      System.err.println("postern: nothing would be recorded; start it by bin/postern warm");
      return 2;
    }
    Path folder = recorded.get().toAbsolutePath().getParent();
    if (folder == null || !Files.isWritable(folder)) {
      System.err.println("postern: " + recorded.get() + " cannot be written by this user");
      return 1;
    }
    try (Scratch scratch = Scratch.create("postern-warm-")) {
      return serve(scratch.path());
    }
  }

  private static Optional<Path> recorded() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith(RECORD))
        .map(flag -> Path.of(flag.substring(RECORD.length())))
        .findFirst();
  }

  private int serve(Path scratch) throws Exception {
    CertificateAuthority authority = CertificateAuthority.create("Postern");
    authority.writeCa(scratch.resolve("ca.pem"));
    authority.issue(KeyType.ECDSA, List.of("localhost")).writeTo(scratch, "edge");
    int server = DemoServer.start("warm", 0);
    int edge = freePort();
    Map<String, String> variables =
        Map.of("WARM", scratch.toString(), "SERVER", "" + server, "EDGE", "" + edge);
    ConfigOption.Ready ready =
        ConfigOption.ready(ConfigLoader.parse(CONFIG, Shipped.text(CONFIG), scratch, variables));
    WarmLoad load = new WarmLoad(edge, authority.caCertificate());
    AtomicLong served = new AtomicLong();
    int exit = ready == null ? 1 : Service.serve(ready, null, stop -> served.set(ask(load, stop)));
    if (exit == 0 && served.get() == 0) {
      System.err.println("postern: no request was served, so nothing was learned of serving");
      return 1;
    }
    return exit;
  }

  private long ask(WarmLoad load, Runnable stop) {
    try {
      long served = load.run(Duration.ofSeconds(seconds));
      System.err.println("postern warm: " + served + " requests served");
      return served;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    } finally {
      stop.run();
    }
  }

  /** One that nobody listens on now: the proxy asks itself, so the config must say where it is. */
  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }
}
