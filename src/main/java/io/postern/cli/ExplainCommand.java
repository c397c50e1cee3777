package io.postern.cli;

import io.netty.util.NetUtil;
import io.postern.runtime.Explanation;
import io.postern.runtime.Question;
import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code postern explain}. */
@Command(
    name = "explain",
    description = "Says step by step what would become of a request, and why. Nothing is sent.")
final class ExplainCommand implements Callable<Integer> {

  @Mixin private AdminOption admin = new AdminOption();

  @Option(
      names = "--live",
      description = "By the process that runs, with its servers as they are, and not by the file.")
  private boolean live;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(names = "--host", required = true, paramLabel = "HOST", description = "The Host field.")
  private String host = "";

  @Option(
      names = "--path",
      defaultValue = "/",
      paramLabel = "PATH",
      description = "Path and query; ${DEFAULT-VALUE} where none is given.")
  private String path = "/";

  @Option(
      names = "--method",
      defaultValue = "GET",
      paramLabel = "METHOD",
      description = "The method; ${DEFAULT-VALUE} where none is given.")
  private String method = "GET";

  @Option(
      names = "--header",
      paramLabel = "'NAME: VALUE'",
      description = "A field of the request; as many as are needed.")
  private List<String> fields = List.of();

  @Option(names = "--listener", paramLabel = "NAME", description = "The listener; else the first.")
  private @Nullable String listener;

  @Option(
      names = "--sni",
      paramLabel = "NAME",
      description = "What the client asks for in the TLS handshake; else the host. Empty for none.")
  private @Nullable String serverName;

  @Option(names = "--vpce", paramLabel = "ID", description = "The VPC endpoint that it comes by.")
  private @Nullable String vpce;

  @Option(
      names = "--source",
      defaultValue = "127.0.0.1",
      paramLabel = "ADDRESS",
      description = "The client's address; ${DEFAULT-VALUE} where none is given.")
  private String source = "127.0.0.1";

  @Option(
      names = "--certificate",
      paramLabel = "NAME",
      description = "A subject alternative name of the certificate that the client shows.")
  private @Nullable String certificate;

  @Override
  public Integer call() throws InterruptedException {
    if (live) {
      return admin.get(asked());
    }
    InetAddress client = NetUtil.createInetAddressFromIpAddressString(source);
    if (client == null) {
      throw misused("--source is no address: " + source);
    }
    ConfigOption.Ready ready = admin.config().load();
    if (ready == null) {
      return 1;
    }
    try {
      Explanation.of(ready.config(), ready.compiled(), question(client)).lines().stream()
          .forEach(System.out::println);
      return 0;
    } catch (IllegalArgumentException e) {
      throw misused(e.getMessage());
    } finally {
      ready.compiled().close();
    }
  }

  private Question question(InetAddress client) {
    return new Question(listener, method, host, path, fields, sni(), vpce, client, certificate);
  }

  private String asked() {
    Query query =
        new Query("explain")
            .with("host", host)
            .with("path", path)
            .with("method", method)
            .with("listener", listener)
            .with("sni", sni())
            .with("vpce", vpce)
            .with("source", source)
            .with("certificate", certificate);
    for (String each : fields) {
      query = query.with("header", each);
    }
    return query.toString();
  }

  private @Nullable String sni() {
    String name = serverName == null ? host.replaceFirst(":[0-9]*$", "") : serverName;
    boolean address = NetUtil.isValidIpV4Address(name) || name.startsWith("[");
    return name.isEmpty() || address ? null : name;
  }

  private ParameterException misused(@Nullable String what) {
    return new ParameterException(spec.commandLine(), String.valueOf(what));
  }
}
