package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.ClientTls;
import io.postern.testkit.Head;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.ProxyV2;
import io.postern.testkit.RawClient;
import io.postern.testkit.ScriptedServer;
import io.postern.testkit.ServerProcess;
import io.postern.tls.CertificateAuthority.Issued;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What nginx and HAProxy make of the headers that they are sent: each tells it in fields of the
 * request that it passes on to a scripted server.
 */
class SendProxyToOthersTest {

  private static final InetSocketAddress FOUR = new InetSocketAddress("192.0.2.7", 50_000);
  private static final InetSocketAddress SIX = new InetSocketAddress("2001:db8::7", 50_000);

  @TempDir private Path dir;

  /** A program that wants a header. */
  enum Program {
    /** In version 1.22 it has room for 107 bytes of header, and knows no TLVs. */
    NGINX(
        "/usr/sbin/nginx",
        "nginx",
        List.of("-p", ".", "-e", "error.log", "-c", "server.conf"),
        """
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
          server {
            listen 127.0.0.1:%d proxy_protocol %s;
            location / {
              proxy_pass http://127.0.0.1:%d;
              proxy_set_header x-client "$proxy_protocol_addr $proxy_protocol_port";
              proxy_set_header x-local "$proxy_protocol_server_addr $proxy_protocol_server_port";
            }
          }
        }
        """,
        "http2"),
    HAPROXY(
        "/usr/sbin/haproxy",
        "haproxy",
        List.of("-db", "-f", "server.conf"),
        """
        global
          maxconn 200
        defaults
          mode http
          timeout connect 5s
          timeout client 30s
          timeout server 30s
        listen in
          bind 127.0.0.1:%d accept-proxy %s
          http-request set-header x-client "%%[src] %%[src_port]"
          http-request set-header x-local "%%[dst] %%[dst_port]"
          http-request set-header x-authority "%%[fc_pp_authority]"
          http-request set-header x-unique-id "%%[fc_pp_unique_id]"
          server behind 127.0.0.1:%d
        """,
        "proto h2");

    private final String path;
    private final String debianPackage;
    private final List<String> arguments;
    private final String config;
    private final String http2;

    Program(
        String path, String debianPackage, List<String> arguments, String config, String http2) {
      this.path = path;
      this.debianPackage = debianPackage;
      this.arguments = arguments;
      this.config = config;
      this.http2 = http2;
    }

    ServerProcess inFrontOf(ScriptedServer behind, Path dir, boolean h2) throws IOException {
      return start(behind, dir, h2 ? http2 : "");
    }

    ServerProcess start(ScriptedServer behind, Path dir, String more) throws IOException {
      ServerProcess.assumeInstalled(path, debianPackage);
      return ServerProcess.start(
          dir,
          port -> {
            write(dir.resolve("server.conf"), config.formatted(port, more, behind.port()));
            List<String> command = new ArrayList<>(List.of(path));
            command.addAll(arguments);
            return command;
          });
    }

    private static void write(Path file, String text) {
      try {
        Files.writeString(file, text);
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
  }

  private static ProxyUnderTest proxy(
      ServerProcess server, String protocol, String sendProxy, String more) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge: {bind: 127.0.0.1:0, proxyProtocol: required, tls: {certificates: [@CERTIFICATES@]}}
        routes: [{name: all, pool: app}]
        pools:
          app:
            protocol: %s
            sendProxy: %s
            servers: [{address: "localhost:%d"}]
            health: {active: {type: http, path: /check}}
            %s
        process: {eventLoops: 1}
        """
            .formatted(protocol, sendProxy, server.port(), more));
  }

  private static RawClient client(ProxyUnderTest proxy, InetSocketAddress from) {
    InetSocketAddress to =
        new InetSocketAddress(from.equals(SIX) ? "2001:db8::1" : "10.0.0.1", 443);
    return RawClient.connect(proxy.address())
        .send(ProxyV2.aws(from, to, ProxyV2.VPCE))
        .startTls(ClientTls.of(ProxyUnderTest.authority(), "localhost", "http/1.1"));
  }

  private static Head told(ScriptedServer behind, String path) {
    return behind.requests(path).getFirst().head();
  }

  @ParameterizedTest
  @CsvSource({
    "NGINX, v1, false",
    "NGINX, v2, false",
    "NGINX, v2, true",
    "HAPROXY, v1, false",
    "HAPROXY, v2, false",
    "HAPROXY, v1, true",
    "HAPROXY, v2, true"
  })
  void theClientIsKnownThere(Program program, String version, boolean h2) throws IOException {
    try (ScriptedServer behind = ScriptedServer.start();
        ServerProcess server = program.inFrontOf(behind, dir, h2);
        ProxyUnderTest proxy = Checked.once(proxy(server, h2 ? "h2c" : "http/1.1", version, ""));
        RawClient four = client(proxy, FOUR);
        RawClient six = client(proxy, SIX)) {
      assertThat(proxy.server("app", 0).checksPassed()).isPositive();
      assertThat(proxy.server("app", 0).checksFailed()).isZero();
      for (int i = 0; i < 2; i++) {
        assertThat(four.get("/four", "localhost").text()).isEqualTo("ok");
        assertThat(six.get("/six", "localhost").text()).isEqualTo("ok");
      }
      behind
          .requests("/four")
          .forEach(each -> assertThat(each.head().field("x-client")).isEqualTo("192.0.2.7 50000"));
      assertThat(told(behind, "/four").field("x-local")).isEqualTo("10.0.0.1 443");
      behind
          .requests("/six")
          .forEach(
              each -> assertThat(each.head().field("x-client")).isEqualTo("2001:db8::7 50000"));
      assertThat(told(behind, "/six").field("x-local")).isEqualTo("2001:db8::1 443");
      assertThat(proxy.server("app", 0).connectionsOpened()).isEqualTo(2);
      Verdict.requireNoCharge(proxy);
    }
  }

  /** All TLVs, and TLS behind the header. */
  @Test
  void haproxyReadsAllOfIt() throws IOException {
    Issued issued = TlsPool.issued("localhost");
    issued.writeTo(dir, "server");
    Files.writeString(
        dir.resolve("both.pem"),
        Files.readString(dir.resolve("server.pem")) + Files.readString(dir.resolve("server.key")));
    String ssl = "ssl crt both.pem alpn h2,http/1.1";
    try (ScriptedServer behind = ScriptedServer.start();
        ServerProcess server = Program.HAPROXY.start(behind, dir, ssl);
        ProxyUnderTest proxy =
            Checked.once(
                proxy(
                    server,
                    "auto",
                    "{version: v2, tlvs: [vpce, unique-id, tls, authority, alpn, crc32c]}",
                    "tls: {trust: " + TlsPool.TRUST + "}"));
        RawClient client = client(proxy, FOUR)) {
      assertThat(proxy.server("app", 0).checksPassed()).isPositive();
      assertThat(client.get("/", "localhost").text()).isEqualTo("ok");
      Head told = told(behind, "/");
      assertThat(told.field("x-client")).isEqualTo("192.0.2.7 50000");
      assertThat(told.field("x-authority")).isEqualTo("localhost");
      assertThat(told.field("x-unique-id")).isEqualTo(told.field("x-request-id"));
    }
  }
}
