package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.NetUtil;
import io.postern.testkit.ClientTls;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.ProxyV2;
import io.postern.testkit.RawClient;
import io.postern.testkit.Relay;
import io.postern.testkit.ScriptedServer;
import io.postern.testkit.SentHeader;
import io.postern.testkit.SentHeader.Sum;
import io.postern.tls.CertificateAuthority;
import io.postern.tls.KeyType;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the headers say of a client that servers are sent, by what is known and what is asked for.
 */
class SendProxyTlvsTest {

  private static final String ALL =
      "{version: v2, tlvs: [vpce, unique-id, tls, authority, alpn, crc32c]}";

  private static final int ALPN = 0x01;
  private static final int AUTHORITY = 0x02;
  private static final int UNIQUE_ID = 0x05;
  private static final int TLS = 0x20;
  private static final int AWS = 0xEA;

  private final ScriptedServer server = ScriptedServer.start().expectingHeaders();

  @TempDir private Path directory;

  @AfterEach
  void close() {
    server.close();
  }

  private static ProxyUnderTest proxy(String sendProxy, int port) {
    return SendProxyTest.proxy(Version.H1, sendProxy, "", port);
  }

  @ParameterizedTest
  @CsvSource({"192.0.2.7, 10.0.0.1, 0x11", "2001:db8::7, 2001:db8::1, 0x21"})
  void whatALoadBalancerHasToldIsPassedOn(String from, String to, String family) {
    InetSocketAddress whence = new InetSocketAddress(from, 50_000);
    InetSocketAddress where = new InetSocketAddress(to, 443);
    try (ProxyUnderTest proxy = proxy(ALL, server.port());
        RawClient client =
            RawClient.connect(proxy.address("behind"))
                .send(ProxyV2.aws(whence, where, ProxyV2.VPCE))
                .startTls(ClientTls.of(ProxyUnderTest.authority(), "localhost", "http/1.1"))) {
      assertThat(client.get("/", "localhost").text()).isEqualTo("ok");
      SentHeader header = server.awaitConnection(0).header();
      assertThat(header.family()).isEqualTo(Integer.decode(family));
      assertThat(header.tlv(AWS)).isEqualTo("\u0001" + ProxyV2.VPCE);
      assertThat(header.tlv(AUTHORITY)).isEqualTo("localhost");
      assertThat(header.tlv(ALPN)).isEqualTo("http/1.1");
      assertThat(header.tlv(UNIQUE_ID))
          .isEqualTo(server.awaitRequest(0).head().field("x-request-id"));
      assertThat(header.sum()).isEqualTo(Sum.RIGHT);
      assertThat(client.get("/", "localhost").text()).isEqualTo("ok");
      assertThat(server.connections()).hasSize(1);
    }
  }

  /** Nothing is told that was not asked for. */
  @Test
  void onlyWhatIsAskedFor() {
    try (ProxyUnderTest proxy = proxy("{version: v2, tlvs: []}", server.port());
        Client client = Version.H1.connect(proxy)) {
      assertThat(client.get("/").text()).isEqualTo("ok");
      assertThat(server.awaitConnection(0).header().tlvs()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({"TLSv1.3, true", "TLSv1.2, true", "TLSv1.3, false"})
  void whatTlsAgreedOn(String version, boolean shows) throws IOException {
    CertificateAuthority clients = CertificateAuthority.create("Clients");
    clients.writeCa(directory.resolve("clients.pem"));
    String yaml =
        """
        listeners:
          edge:
            bind: 127.0.0.1:0
            tls: {certificates: [@CERTIFICATES@], clientAuth: optional, trust: %s}
        routes: [{name: all, pool: app}]
        pools: {app: {sendProxy: {version: v2, tlvs: [tls]}, servers: [{address: "127.0.0.1:%d"}]}}
        """
            .formatted(directory.resolve("clients.pem"), server.port());
    ClientTls plain =
        ClientTls.of(ProxyUnderTest.authority(), "localhost", "http/1.1").versions(version);
    ClientTls tls =
        shows ? plain.showing(clients.issue(KeyType.ECDSA, List.of("agent.test"))) : plain;
    try (ProxyUnderTest proxy = ProxyUnderTest.start(yaml);
        RawClient client = RawClient.connect(proxy.address(), tls)) {
      assertThat(client.get("/", "localhost").text()).isEqualTo("ok");
      String value = server.awaitConnection(0).header().tlv(TLS);
      ByteBuffer facts = ByteBuffer.wrap(value.getBytes(StandardCharsets.ISO_8859_1));
      assertThat(facts.get())
          .as("TLS, shown now, shown in the session")
          .isEqualTo((byte) (shows ? 7 : 1));
      assertThat(facts.getInt() == 0).as("verified").isEqualTo(shows);
      Map<Integer, String> below = SentHeader.tlvs(facts);
      assertThat(below.get(0x21)).isEqualTo(version);
      assertThat(below.get(0x22)).isEqualTo(shows ? "Postern" : null);
      assertThat(Objects.requireNonNull(below.get(0x23)))
          .matches(version.equals("TLSv1.3") ? "TLS_.*" : "ECDHE-ECDSA-.*");
    }
  }

  /** Through one that passes all on byte by byte, to a proxy that wants a header. */
  @ParameterizedTest
  @ValueSource(strings = {"v1", "v2"})
  void oneProxyTellsAnother(String version) {
    try (ScriptedServer last = ScriptedServer.start();
        ProxyUnderTest second =
            ProxyUnderTest.start(
                """
                listeners: {edge: {bind: 127.0.0.1:0, proxyProtocol: required}}
                routes: [{name: all, pool: app}]
                pools: {app: {servers: [{address: "127.0.0.1:%d"}]}}
                """
                    .formatted(last.port()));
        Relay slow = Relay.byteByByte(second.address());
        ProxyUnderTest first = proxy(version, slow.port());
        RawClient client =
            RawClient.connect(first.address("behind"))
                .send(
                    ProxyV2.aws(
                        new InetSocketAddress("192.0.2.7", 50_000),
                        new InetSocketAddress("10.0.0.1", 443),
                        ProxyV2.VPCE))
                .startTls(ClientTls.of(ProxyUnderTest.authority(), "localhost", "http/1.1"))) {
      assertThat(client.get("/", "localhost").text()).isEqualTo("ok");
      var seen = second.record().connection;
      assertThat(NetUtil.toSocketAddressString(seen.client())).isEqualTo("192.0.2.7:50000");
      assertThat(NetUtil.toSocketAddressString(seen.local())).isEqualTo("10.0.0.1:443");
      assertThat(seen.vpce() == null ? "" : seen.vpce().toString())
          .isEqualTo(version.equals("v2") ? ProxyV2.VPCE : "");
    }
  }
}
