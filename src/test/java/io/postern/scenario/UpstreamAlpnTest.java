package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.ScriptedServer;
import io.postern.testkit.ServerTls;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is spoken to a server with TLS, by what the pool offers and the server takes. */
class UpstreamAlpnTest {

  /** A server that takes these protocols, with a colon between two; none is no ALPN at all. */
  private static ScriptedServer taking(@Nullable String protocols) {
    String[] taken = protocols == null ? new String[0] : protocols.split(":");
    return ScriptedServer.start(ServerTls.of(TlsPool.issued("localhost")).protocols(taken));
  }

  @ParameterizedTest
  @CsvSource({
    "auto,h2,HTTP/2",
    "auto,http/1.1:h2,HTTP/1.1",
    "auto,http/1.1,HTTP/1.1",
    "auto,,HTTP/1.1",
    "h2,http/1.1:h2,HTTP/2",
    "http/1.1,h2:http/1.1,HTTP/1.1",
    "http/1.1,,HTTP/1.1"
  })
  void theyAgree(String protocol, @Nullable String taken, String version) {
    try (ScriptedServer server = taking(taken);
        ProxyUnderTest proxy = TlsPool.speaking(protocol, server.port());
        Client client = Version.H2.connect(proxy)) {
      for (int i = 0; i < 2; i++) {
        assertThat(client.get("/").text()).isEqualTo("ok");
        assertThat(server.awaitRequest(i).head().startLine()).endsWith(version);
        Verdict.served(proxy, 200);
        Pair.awaitPool(proxy, 1);
      }
      assertThat(server.connections()).hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "h2,http/1.1,the server sent the alert no_application_protocol",
    "h2,,the server does not agree on h2",
    "http/1.1,h2,the server sent the alert no_application_protocol",
    "auto,spdy/3.1,the server sent the alert no_application_protocol"
  })
  void theyDoNot(String protocol, @Nullable String taken, String detail) {
    try (ScriptedServer server = taking(taken);
        ProxyUnderTest proxy = TlsPool.speaking(protocol, server.port());
        Client client = Version.H2.connect(proxy)) {
      assertThat(client.get("/").status()).isEqualTo(503);
      Fault fault = Ended.badly(proxy, 503, "SC", Reason.SERVER_HANDSHAKE).fault;
      assertThat(Objects.requireNonNull(fault).detail()).startsWith(detail);
      assertThat(server.requests()).isEmpty();
      Pair.awaitPool(proxy, 0);
    }
  }
}
