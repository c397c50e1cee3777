package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.postern.testkit.Await;
import io.postern.testkit.ClientTls;
import io.postern.testkit.H2Client;
import io.postern.testkit.PosternProcess;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The JA4 fingerprint in the log, of clients of which it is known what they offer. */
class FingerprintTest {

  /** Of the list {@code 00ff,c02b}: the one suite asked for, and the sign that all add to it. */
  private static final String ONE_SUITE = "6d4732649639";

  private static final String HASH = "_[0-9a-f]{12}";

  @TempDir private static Path directory;
  private static PosternProcess postern;
  private static InetSocketAddress address;
  private static X509Certificate authority;

  @BeforeAll
  static void start() {
    String config =
        ProxyUnderTest.write(
            """
            listeners:
              edge: {bind: "127.0.0.1:0", tls: {certificates: [@CERTIFICATES@]}}
            routes:
              - {name: all, respond: {body: ok}}
            process: {eventLoops: 1}
            """,
            directory);
    postern = PosternProcess.start("run", "-c", config);
    address = postern.awaitListener("edge");
    authority = ProxyUnderTest.authority();
  }

  @AfterAll
  static void stop() {
    postern.close();
  }

  @Test
  void ofOpenssl() throws Exception {
    String[] oneSuite = {"-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"};
    openssl("/12", oneSuite, "-servername", "localhost", "-alpn", "http/1.1,x");
    openssl("/12-bare", oneSuite, "-noservername");
    String[] twoSuites = {
      "-tls1_3", "-ciphersuites", "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256"
    };
    openssl("/13", twoSuites, "-servername", "localhost", "-alpn", "x,http/1.1");

    assertThat(ja4("/12")).matches("t12d02[0-9]{2}h1_" + ONE_SUITE + HASH);
    assertThat(ja4("/12-bare")).matches("t12i02[0-9]{2}00_" + ONE_SUITE + HASH);
    // Some versions add the sign to the suites of TLS 1.3, too.
    assertThat(ja4("/13")).matches("t13d0[23][0-9]{2}xx" + HASH + HASH);
    int withName = Integer.parseInt(ja4("/12").substring(6, 8));
    assertThat(ja4("/12-bare"))
        .as("neither name nor ALPN")
        .contains("%02d00_".formatted(withName - 2));
  }

  @Test
  void ofTheJdk() {
    ClientTls h2 = ClientTls.of(authority, "localhost", "h2", "http/1.1");
    int suites = h2.context().getDefaultSSLParameters().getCipherSuites().length;
    try (H2Client client = H2Client.connect(address, h2)) {
      assertThat(client.get("localhost", "/h2").answer().status()).isEqualTo(200);
      assertThat(client.get("localhost", "/h2-again").answer().status()).isEqualTo(200);
    }
    ClientTls bare = ClientTls.of(authority, null);
    for (String path : List.of("/h1", "/h1-again")) {
      try (RawClient client = RawClient.connect(address, bare)) {
        assertThat(client.get(path, "localhost").status()).isEqualTo(200);
      }
    }

    assertThat(ja4("/h2")).matches("t13d" + suites + "[0-9]{2}h2" + HASH + HASH);
    assertThat(ja4("/h2-again")).as("on the same connection").isEqualTo(ja4("/h2"));
    assertThat(ja4("/h1")).matches("t13i" + suites + "[0-9]{2}00" + HASH + HASH);
    assertThat(ja4("/h1-again")).as("on another connection").isEqualTo(ja4("/h1"));
    assertThat(ja4("/h1").substring(11)).as("by name or not").isEqualTo(ja4("/h2").substring(11));
  }

  /** BoringSSL takes the name, with which no certificate is chosen here. */
  @Test
  void ofAHelloThatCannotBeReadThereIsNone() throws Exception {
    openssl("/dot", new String[] {"-tls1_3"}, "-servername", "localhost.");

    assertThat(line("/dot").has("tlsVersion")).isTrue();
    assertThat(line("/dot").has("ja4")).isFalse();
  }

  private static void openssl(String path, String[] suites, String... more) throws Exception {
    Path request = directory.resolve("request");
    Path log = directory.resolve("openssl.log");
    Files.writeString(
        request, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    List<String> command = new ArrayList<>(List.of("openssl", "s_client", "-quiet"));
    command.addAll(List.of("-connect", "127.0.0.1:" + address.getPort()));
    command.addAll(List.of(suites));
    command.addAll(List.of(more));
    Process process =
        new ProcessBuilder(command)
            .redirectInput(request.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(process.waitFor(Await.LIMIT.toMillis(), TimeUnit.MILLISECONDS)).isTrue();
    assertThat(Files.readString(log)).contains("HTTP/1.1 200 OK");
  }

  private static String ja4(String path) {
    return line(path).get("ja4").asText();
  }

  private static JsonNode line(String path) {
    String part = "\"path\":\"" + path + "\"";
    Await.until("a line of " + path, () -> lines().anyMatch(line -> line.contains(part)));
    try {
      return new ObjectMapper()
          .readTree(lines().filter(line -> line.contains(part)).findFirst().orElseThrow());
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  private static Stream<String> lines() {
    return postern.output().stream();
  }
}
