package io.postern.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Asks the admin port of a process that runs. Used by one thread at a time. */
final class AdminClient {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final HttpClient client;
  private final URI address;
  private final @Nullable String token;

  private AdminClient(HttpClient client, URI address, @Nullable String token) {
    this.client = client;
    this.address = address;
    this.token = token;
  }

  /**
   * Asks there.
   *
   * @param address scheme, host and port
   * @param token what is shown; null for nothing
   * @param trust who it may be; null for whom Java trusts
   */
  static AdminClient of(URI address, @Nullable String token, @Nullable SSLContext trust) {
    HttpClient.Builder client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
    if (trust != null) {
      client.sslContext(trust);
    }
    return new AdminClient(client.build(), address, token);
  }

  /**
   * Asks, and waits for the answer.
   *
   * @param path below {@code /api/v1/}, with a query or not
   */
  HttpResponse<String> ask(String method, String path, boolean json)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address + "/api/v1/" + path))
            .timeout(PATIENCE)
            .header("Accept", json ? "application/json" : "text/plain")
            .method(method, BodyPublishers.noBody());
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return client.send(request.build(), BodyHandlers.ofString(UTF_8));
  }

  /** A step of a path, or a value in a query, as it is sent. */
  static String encoded(String text) {
    return URLEncoder.encode(text, UTF_8).replace("+", "%20");
  }

  @Override
  public String toString() {
    return address.getAuthority();
  }
}
