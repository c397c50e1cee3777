package io.postern.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Behaviour.EndAfter;
import io.postern.testkit.RawClient.Ending;
import io.postern.tls.CertificateAuthority;
import io.postern.tls.KeyType;
import java.util.List;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

/** Server and client of the kit over TLS. */
class TlsClientsTest {

  private static final String GET = "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n";
  private final CertificateAuthority authority = CertificateAuthority.create("Kit CA");

  @Test
  void contentGoesThroughAHandshakeThatTheTestChose() {
    try (ScriptedServer server = ScriptedServer.start(serverTls());
        RawClient client =
            RawClient.connect(
                server.address(),
                ClientTls.of(authority.caCertificate(), "a.test").versions("TLSv1.2"))) {
      assertThat(client.send(GET).readAnswer().text()).isEqualTo("ok");
      assertThat(client.session().getProtocol()).isEqualTo("TLSv1.2");
      assertThat(client.protocol()).isEmpty();
      client.halfClose();
      assertThat(server.awaitConnection(0).ending())
          .isEqualTo(ScriptedConnection.Ending.CLOSED_BY_PEER);
    }
  }

  @Test
  void everyEndGoesThroughTls() {
    try (ScriptedServer server = ScriptedServer.start(serverTls())) {
      server.otherwise(
          new EndAfter(0, End.CLOSE), new EndAfter(0, End.CUT), new EndAfter(0, End.RESET));
      for (Ending expected : List.of(Ending.CLOSED, Ending.CLOSED, Ending.RESET)) {
        try (RawClient client =
            RawClient.connect(server.address(), ClientTls.of(authority.caCertificate(), null))) {
          assertThat(client.send(GET).awaitEnding()).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void whoIsNotTrustedIsRefused() {
    CertificateAuthority other = CertificateAuthority.create("Other CA");
    try (ScriptedServer server = ScriptedServer.start(serverTls());
        RawClient client = RawClient.connect(server.address())) {
      assertThatThrownBy(() -> client.startTls(ClientTls.of(other.caCertificate(), "a.test")))
          .hasCauseInstanceOf(SSLHandshakeException.class);
      assertThat(server.awaitConnection(0).ending())
          .isEqualTo(ScriptedConnection.Ending.BROKEN_BY_PEER);
    }
  }

  private ServerTls serverTls() {
    return ServerTls.of(authority.issue(KeyType.ECDSA, List.of("a.test")));
  }
}
