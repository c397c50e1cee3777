package io.postern.cli;

import io.postern.config.ConfigLoader;
import io.postern.config.Loaded;
import io.postern.tls.CertificateAuthority;
import io.postern.tls.KeyType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code postern demo}: a proxy with certificates and servers of its own, all on loopback. */
@Command(
    name = "demo",
    description =
        "Makes certificates, starts three demo servers and the proxy, and says what to try.")
final class DemoCommand implements Callable<Integer> {

  private static final String SHIPPED = "demo.yaml";

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "The config of the demo; config/demo.yaml of the distribution otherwise.")
  private @Nullable Path config;

  @Override
  public Integer call() throws Exception {
    try (Scratch scratch = Scratch.create("postern-demo-")) {
      makeCertificates(scratch.path());
      return startServers() ? serve(scratch.path()) : 1;
    }
  }

  private static boolean startServers() {
    try {
      DemoServer.start("control-plane 1", 9001);
      DemoServer.start("control-plane 2", 9002);
      DemoServer.start("data-plane", 9003);
      return true;
    } catch (IOException e) {
      System.err.println("postern: the demo needs ports 9001 to 9003: " + e.getMessage());
      return false;
    }
  }

  private int serve(Path directory) throws Exception {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("DEMO", directory.toString());
    ConfigOption.Ready ready = ConfigOption.ready(load(directory, environment));
    return ready == null ? 1 : Service.serve(ready, null, stop -> explain(directory));
  }

  private Loaded load(Path directory, Map<String, String> environment) throws IOException {
    if (config != null) {
      return ConfigLoader.load(config, environment);
    }
    return ConfigLoader.parse(SHIPPED, Shipped.text(SHIPPED), directory, environment);
  }

  private static void makeCertificates(Path directory) throws IOException {
    CertificateAuthority authority = CertificateAuthority.create("Postern demo CA");
    authority.writeCa(directory.resolve("ca.pem"));
    authority
        .issue(KeyType.ECDSA, List.of("cp.example.test", "login.example.test"))
        .writeTo(directory, "cp");
    authority.issue(KeyType.ECDSA, List.of("dp.example.test")).writeTo(directory, "dp");
  }

  private static void explain(Path directory) {
    String ca = directory.resolve("ca.pem").toString();
    String curl = "curl --cacert " + ca + " --connect-to ::127.0.0.1:8443";
    System.out.println(
        """

        Postern serves on https://127.0.0.1:8443. Try, from another terminal:

        By host, to the two control-plane servers in turn, over HTTP/2:
          %1$s 'https://cp.example.test/?[1-4]'
        By host, to the data plane:
          %1$s https://dp.example.test/
        By path, a redirect and a fixed response:
          %1$s -i https://cp.example.test/old/page
          %1$s -i https://cp.example.test/status
        Over HTTP/1.1:
          %1$s --http1.1 https://cp.example.test/
        A host that no certificate covers, answered 421:
          %1$s -k -i https://other.example.test/
        A large upload to the data plane, 1 GiB:
          head -c 1G /dev/zero | %1$s -T - https://dp.example.test/upload
        Stop one control-plane server; the other answers from then on:
          curl http://127.0.0.1:9001/stop
          %1$s 'https://cp.example.test/?[1-4]'

        Each request is one JSON line here. Ctrl-C ends it all.
        """
            .formatted(curl));
  }
}
