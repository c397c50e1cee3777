package io.postern.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Behaviour.EndAfter;
import io.postern.testkit.RawClient.Ending;
import io.postern.tls.CertificateAuthority;
import io.postern.tls.CertificateAuthority.Issued;
import io.postern.tls.KeyType;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

/** Server and client of the kit over TLS. */
class TlsClientsTest {

  private static final String GET = "GET / HTTP/1.1\r\nHost: a.test\r\n\r\n";
  private final CertificateAuthority authority = CertificateAuthority.create("Kit CA");

  @Test
  void contentGoesThroughAHandshakeThatTheTestChose() throws Exception {
    try (ScriptedServer server = ScriptedServer.start(serverContext());
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
  void everyEndGoesThroughTls() throws Exception {
    try (ScriptedServer server = ScriptedServer.start(serverContext())) {
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
  void whoIsNotTrustedIsRefused() throws Exception {
    CertificateAuthority other = CertificateAuthority.create("Other CA");
    try (ScriptedServer server = ScriptedServer.start(serverContext());
        RawClient client = RawClient.connect(server.address())) {
      assertThatThrownBy(() -> client.startTls(ClientTls.of(other.caCertificate(), "a.test")))
          .hasCauseInstanceOf(SSLHandshakeException.class);
      assertThat(server.awaitConnection(0).ending())
          .isEqualTo(ScriptedConnection.Ending.BROKEN_BY_PEER);
    }
  }

  private SSLContext serverContext() throws Exception {
    Issued issued = authority.issue(KeyType.ECDSA, List.of("a.test"));
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(
        "server", issued.key(), new char[0], issued.chain().toArray(Certificate[]::new));
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }
}
