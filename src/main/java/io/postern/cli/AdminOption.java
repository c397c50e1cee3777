package io.postern.cli;

import io.postern.config.AdminConfig;
import io.postern.config.AdminConfig.Rights;
import io.postern.config.Bind;
import io.postern.config.ConfigLoader;
import io.postern.config.HostPort;
import io.postern.config.Loaded;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Whom to ask of the process that runs, as its config file has it, and what is asked there. */
final class AdminOption {

  private static final String UNIX = "unix:";

  @Mixin private ConfigOption option = new ConfigOption();

  @Option(
      names = "--admin",
      paramLabel = "[https://]HOST:PORT|unix:PATH",
      description =
          "Whom to ask; that of the config file where it is not named, by its socket where it has one.")
  private @Nullable String at;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "What is shown at a port that is named by --admin; of the config file the first token with"
              + " the rights to write, else the first.")
  private @Nullable Path tokenFile;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description =
          "PEM: who is trusted to be a port that is named by --admin; left out, whom Java trusts."
              + " Of the config file the certificates themselves.")
  private @Nullable Path authority;

  @Option(names = "--json", description = "Answer as JSON.")
  private boolean json;

  /** The config file. */
  ConfigOption config() {
    return option;
  }

  /** Asks how something is; prints that. */
  int get(String path) throws InterruptedException {
    return ask("GET", path);
  }

  /** Has something done; prints what came of it. */
  int post(String path) throws InterruptedException {
    return ask("POST", path);
  }

  /** Whether to print JSON. */
  boolean isJson() {
    return json;
  }

  /** What is answered, as JSON; null where it is a refusal or nothing, which is printed. */
  @Nullable String read(String path) throws InterruptedException {
    AdminClient client = client();
    if (client == null) {
      return null;
    }
    try {
      AdminClient.Answer answer = client.ask("GET", path, true);
      if (answer.status() == 200) {
        return answer.body();
      }
      System.err.print(answer.body());
    } catch (IOException e) {
      System.err.println("postern: " + client + ": " + e);
    }
    return null;
  }

  /**
   * Asks, and prints what is answered.
   *
   * @param path below {@code /api/v1/}
   * @return the code to exit with
   */
  int ask(String method, String path) throws InterruptedException {
    AdminClient client = client();
    if (client == null) {
      return 1;
    }
    try {
      AdminClient.Answer answer = client.ask(method, path, json);
      boolean good = answer.status() == 200;
      if (answer.status() == 401 && at == null) {
        System.err.println(
            "postern: the process has not read the tokens that the file has: systemctl reload");
      }
      (good || json ? System.out : System.err)
          .print(json ? answer.body() : Colours.of(answer.body()));
      return good ? 0 : 1;
    } catch (IOException e) {
      System.err.println("postern: " + client + ": " + e);
      return 1;
    }
  }

  /** Who asks the port; null where there is none, of which it has been said why. */
  @Nullable AdminClient client() {
    try {
      String named = at;
      return named == null ? configured() : named(named);
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      System.err.println("postern: " + e);
      return null;
    }
  }

  private AdminClient named(String at) throws IOException, GeneralSecurityException {
    if (at.startsWith(UNIX)) {
      return new SocketClient(Path.of(at.substring(UNIX.length())));
    }
    String token = tokenFile == null ? null : Files.readString(tokenFile).strip();
    URI address = URI.create(at.contains("://") ? at : "http://" + at);
    if (token != null && address.getScheme().equals("http") && !isHere(address)) {
      throw new IllegalArgumentException("a token is sent over https only: " + at);
    }
    return PortClient.of(address, token, authority == null ? null : AdminTrust.of(authority));
  }

  private static boolean isHere(URI address) {
    String host = String.valueOf(address.getHost());
    return host.equals("localhost") || host.equals("[::1]") || host.startsWith("127.");
  }

  private @Nullable AdminClient configured() throws IOException, GeneralSecurityException {
    Loaded loaded = ConfigLoader.load(option.file(), System.getenv());
    if (loaded instanceof Loaded.Invalid invalid) {
      invalid.problems().forEach(System.err::println);
      return null;
    }
    AdminConfig admin = ((Loaded.Valid) loaded).config().admin();
    if (admin == null) {
      System.err.println(
          "postern: " + option.file() + " has no `admin`, so there is nobody to ask");
      return null;
    }
    if (admin.socket() != null) {
      return new SocketClient(admin.socket());
    }
    if (admin.bind() instanceof Bind.Address bind) {
      return atPort(admin, bind);
    }
    System.err.println(
        "postern: " + admin.bind() + " has its address in a unit of systemd: --admin");
    return null;
  }

  private static AdminClient atPort(AdminConfig admin, Bind.Address bind)
      throws IOException, GeneralSecurityException {
    boolean any = bind.host().equals("0.0.0.0") || bind.host().equals("::");
    String port = new HostPort(any ? "127.0.0.1" : bind.host(), bind.port()).toString();
    String token =
        admin.tokens().values().stream()
            .max((one, other) -> Boolean.compare(writes(one), writes(other)))
            .map(each -> each.secret().value())
            .orElse(null);
    return admin.tls() == null
        ? PortClient.of(URI.create("http://" + port), token, null)
        : PortClient.of(URI.create("https://" + port), token, AdminTrust.of(admin.tls()));
  }

  private static boolean writes(AdminConfig.Token token) {
    return token.rights() == Rights.WRITE;
  }
}
