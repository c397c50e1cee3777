package io.postern.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.postern.config.AdminConfig;
import io.postern.config.Bind;
import io.postern.config.ConfigLoader;
import io.postern.config.HostPort;
import io.postern.config.Loaded;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The admin port of the process that runs, as its config file has it, and what is asked there. */
final class AdminOption {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @Mixin private ConfigOption option = new ConfigOption();

  @Option(
      names = "--admin",
      paramLabel = "HOST:PORT",
      description = "The admin port; that of the config file where it is not named.")
  private @Nullable String at;

  @Option(names = "--json", description = "Answer as JSON.")
  private boolean json;

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
    String admin = at == null ? configured() : at;
    if (admin == null) {
      return null;
    }
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://" + admin + "/api/v1/" + path))
              .timeout(PATIENCE)
              .header("Accept", "application/json")
              .build();
      HttpResponse<String> answer = client.send(request, BodyHandlers.ofString(UTF_8));
      if (answer.statusCode() == 200) {
        return answer.body();
      }
      System.err.print(answer.body());
    } catch (IOException | IllegalArgumentException e) {
      System.err.println("postern: " + admin + ": " + e);
    }
    return null;
  }

  private int ask(String method, String path) throws InterruptedException {
    String admin = at == null ? configured() : at;
    if (admin == null) {
      return 1;
    }
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://" + admin + "/api/v1/" + path))
              .timeout(PATIENCE)
              .header("Accept", json ? "application/json" : "text/plain")
              .method(method, BodyPublishers.noBody())
              .build();
      HttpResponse<String> answer = client.send(request, BodyHandlers.ofString(UTF_8));
      boolean good = answer.statusCode() == 200;
      (good || json ? System.out : System.err).print(answer.body());
      return good ? 0 : 1;
    } catch (IOException | IllegalArgumentException e) {
      System.err.println("postern: " + admin + ": " + e);
      return 1;
    }
  }

  private @Nullable String configured() {
    Loaded loaded = ConfigLoader.load(option.file(), System.getenv());
    if (loaded instanceof Loaded.Invalid invalid) {
      invalid.problems().forEach(System.err::println);
      return null;
    }
    AdminConfig admin = ((Loaded.Valid) loaded).config().admin();
    if (admin == null) {
      System.err.println(
          "postern: " + option.file() + " has no `admin`, so there is no port to ask");
      return null;
    }
    if (!(admin.bind() instanceof Bind.Address bind)) {
      System.err.println(
          "postern: " + admin.bind() + " has its address in a unit of systemd: --admin");
      return null;
    }
    boolean any = bind.host().equals("0.0.0.0") || bind.host().equals("::");
    return new HostPort(any ? "127.0.0.1" : bind.host(), bind.port()).toString();
  }
}
