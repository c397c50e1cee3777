package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Caller;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.OpensslServer;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Scrape;
import io.postern.testkit.ServerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sessions with servers that have one name and one port and nothing else in common, as told by
 * {@code openssl s_server} and nginx: each server is offered what it gave itself, and no other's.
 */
class ServerSessionsTest {

  private static final String ONE = "127.0.0.1";
  private static final String OTHER = "127.0.0.2";

  @TempDir private Path dir;

  @BeforeEach
  void certificates() throws IOException {
    TlsPool.issued("app.internal").writeTo(dir, "server");
  }

  private static ProxyUnderTest proxy(int port) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
        routes:
          - {name: all, pool: app, timeouts: {connect: 20s}}
        pools:
          app:
            tls: {trust: %1$s, serverName: app.internal}
            servers: [{address: "%2$s:%4$d"}, {address: "%3$s:%4$d"}]
        admin: {bind: 127.0.0.1:0}
        process: {eventLoops: 1}
        """
            .formatted(TlsPool.TRUST, ONE, OTHER, port));
  }

  /** What the server whose turn it is says; each closes the connection behind its answer. */
  private static String page(ProxyUnderTest proxy, String server, int port) {
    try (Caller client = Protocol.H2.connect(proxy)) {
      var answer = client.get("/").answer();
      assertThat(answer.status()).isEqualTo(200);
      assertThat(Ended.well(proxy).server).isEqualTo(server + ":" + port);
      return answer.text();
    }
  }

  private static long handshakes(ProxyUnderTest proxy, String server, int port, boolean resumed) {
    return Scrape.of(proxy.admin())
        .value(
            "postern_server_tls_handshakes_total{pool=\"app\",resumed=\"%s\",server=\"%s:%d\"}"
                .formatted(resumed, server, port));
  }

  private static void haveResumed(ProxyUnderTest proxy, int port) {
    for (String server : List.of(ONE, OTHER)) {
      assertThat(handshakes(proxy, server, port, false)).isEqualTo(1);
      assertThat(handshakes(proxy, server, port, true)).isEqualTo(2);
    }
  }

  private static InetSocketAddress at(String address, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(address), port);
  }

  private OpensslServer openssl(String host, int port, String version) throws IOException {
    return OpensslServer.startAt(
        at(host, port),
        Files.createDirectory(dir.resolve(host)),
        "-tlsextdebug",
        version,
        "-cert",
        "../server.pem",
        "-key",
        "../server.key");
  }

  /** Which of the ClientHellos that came had a session in them, in their order. */
  private static List<Boolean> offered(OpensslServer server) {
    List<Boolean> offered = new ArrayList<>();
    for (String line : server.said()) {
      if (line.contains("\"server name\"")) {
        offered.add(false);
      } else if (line.contains("\"psk\"")
          || (line.contains("\"session ticket\"") && !line.endsWith("len=0"))) {
        offered.set(offered.size() - 1, true);
      }
    }
    return offered;
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_2", "-tls1_3"})
  void eachIsOfferedItsOwn(String version) throws IOException {
    int port = ServerProcess.freePort();
    try (OpensslServer one = openssl(ONE, port, version);
        OpensslServer other = openssl(OTHER, port, version);
        ProxyUnderTest proxy = proxy(port)) {
      for (String expected : List.of("New, TLSv1.", "Reused, TLSv1.", "Reused, TLSv1.")) {
        assertThat(page(proxy, ONE, port)).contains(expected);
        assertThat(page(proxy, OTHER, port)).contains(expected);
      }
      assertThat(offered(one)).containsExactly(false, true, true);
      assertThat(offered(other)).containsExactly(false, true, true);
      haveResumed(proxy, port);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void nginxResumesWhatItGave(String version) throws IOException {
    ServerProcess.assumeInstalled("/usr/sbin/nginx", "nginx");
    int port = ServerProcess.freePort();
    Files.writeString(dir.resolve("server.conf"), nginx(version, port));
    List<String> command =
        List.of("/usr/sbin/nginx", "-p", dir.toString(), "-e", "error.log", "-c", "server.conf");
    try (ServerProcess _ = ServerProcess.startAt(at(OTHER, port), dir, command);
        ProxyUnderTest proxy = proxy(port)) {
      for (String reused : List.of(".", "r", "r")) {
        String expected = version + " " + reused;
        assertThat(page(proxy, ONE, port)).isEqualTo("one " + expected);
        assertThat(page(proxy, OTHER, port)).isEqualTo("other " + expected);
      }
      haveResumed(proxy, port);
    }
  }

  private static String nginx(String version, int port) {
    String server =
        """
            server {
              listen %s:%d ssl;
              location / { return 200 "%s $ssl_protocol $ssl_session_reused"; }
            }
        """;
    return """
        daemon off;
        master_process off;
        pid nginx.pid;
        events { worker_connections 200; }
        http {
          access_log off;
          client_body_temp_path tmp;
          proxy_temp_path tmp;
          fastcgi_temp_path tmp;
          uwsgi_temp_path tmp;
          scgi_temp_path tmp;
          keepalive_timeout 0;
          ssl_certificate server.pem;
          ssl_certificate_key server.key;
          ssl_protocols %s;
          ssl_session_cache none;
        %s%s}
        """
        .formatted(
            version, server.formatted(ONE, port, "one"), server.formatted(OTHER, port, "other"));
  }
}
