package io.postern.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Asks the admin port of a process that runs. */
final class PortClient implements AdminClient {

  private final HttpClient client;
  private final URI address;
  private final @Nullable String token;

  private PortClient(HttpClient client, URI address, @Nullable String token) {
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
  static PortClient of(URI address, @Nullable String token, @Nullable SSLContext trust) {
    HttpClient.Builder client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
    if (trust != null) {
      client.sslContext(trust);
    }
    return new PortClient(client.build(), address, token);
  }

  @Override
  public Answer ask(String method, String path, boolean json)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(address + PREFIX + path))
            .timeout(PATIENCE)
            .header("Accept", AdminClient.accepted(json))
            .method(method, BodyPublishers.noBody());
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString(UTF_8));
    return new Answer(response.statusCode(), response.body());
  }

  @Override
  public String toString() {
    return address.getAuthority();
  }
}
