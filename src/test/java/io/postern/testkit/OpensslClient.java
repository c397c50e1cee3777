package io.postern.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** {@code openssl s_client}, which says much about a handshake. */
public final class OpensslClient {

  private OpensslClient() {}

  /**
   * Asks a host for {@code /} and waits for the end.
   *
   * @param host null sends no SNI
   * @param options more of its own, such as {@code -tls1_2}
   * @return all that it said, and the response where there was one
   */
  public static String ask(InetSocketAddress address, @Nullable String host, String... options) {
    List<String> command =
        new ArrayList<>(
            List.of("openssl", "s_client", "-connect", "127.0.0.1:" + address.getPort()));
    command.addAll(host == null ? List.of("-noservername") : List.of("-servername", host));
    command.add("-ign_eof");
    command.addAll(List.of(options));
    String request =
        "GET / HTTP/1.1\r\nHost: "
            + (host == null ? "localhost" : host)
            + "\r\nConnection: close\r\n\r\n";
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try (InputStream out = process.getInputStream()) {
        send(process, request);
        String text = new String(out.readAllBytes(), StandardCharsets.ISO_8859_1);
        assertThat(process.waitFor(Await.LIMIT.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
        return text;
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void send(Process process, String request) {
    try (OutputStream in = process.getOutputStream()) {
      in.write(request.getBytes(StandardCharsets.US_ASCII));
    } catch (IOException _) {
      // It has ended already: what it said tells why.
    }
  }
}
