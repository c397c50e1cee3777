package io.postern.scenario;

import io.postern.testkit.Await;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Vector;
import org.bouncycastle.tls.DefaultTlsClient;
import org.bouncycastle.tls.NameType;
import org.bouncycastle.tls.ProtocolVersion;
import org.bouncycastle.tls.SecurityParameters;
import org.bouncycastle.tls.ServerName;
import org.bouncycastle.tls.ServerOnlyTlsAuthentication;
import org.bouncycastle.tls.TlsAuthentication;
import org.bouncycastle.tls.TlsClientProtocol;
import org.bouncycastle.tls.TlsServerCertificate;
import org.bouncycastle.tls.crypto.TlsCertificate;
import org.bouncycastle.tls.crypto.impl.bc.BcTlsCrypto;

/**
 * The TLS client of Bouncy Castle, for one connection: it knows X25519MLKEM768 and has no code in
 * common with the proxy.
 */
final class BouncyClient extends DefaultTlsClient {

  /**
   * What came of a connection.
   *
   * @param group that of the server's key share
   * @param certificate the server's own, whose key has signed the handshake
   * @param answer to a request for {@code /}, up to the close_notify
   */
  record Seen(ProtocolVersion version, int group, TlsCertificate certificate, String answer) {}

  private final String host;
  private final List<Integer> groups;
  private final List<Integer> shares;

  /**
   * Made for one connection.
   *
   * @param groups that it offers, of TLS 1.3
   * @param shares those of which it sends a key share with its first ClientHello
   */
  BouncyClient(String host, List<Integer> groups, List<Integer> shares) {
    super(new BcTlsCrypto());
    this.host = host;
    this.groups = groups;
    this.shares = shares;
  }

  /** Shakes hands, and asks for {@code /} by HTTP/1.1. */
  Seen ask(InetSocketAddress at) throws IOException {
    try (Socket socket = new Socket(at.getAddress(), at.getPort())) {
      socket.setSoTimeout((int) Await.LIMIT.toMillis());
      TlsClientProtocol tls =
          new TlsClientProtocol(socket.getInputStream(), socket.getOutputStream());
      tls.connect(this);
      SecurityParameters agreed = context.getSecurityParametersConnection();
      tls.getOutputStream()
          .write(
              "GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
                  .formatted(host)
                  .getBytes(StandardCharsets.US_ASCII));
      byte[] answer = tls.getInputStream().readAllBytes();
      return new Seen(
          agreed.getNegotiatedVersion(),
          agreed.getNegotiatedGroup(),
          agreed.getPeerCertificate().getCertificateAt(0),
          new String(answer, StandardCharsets.ISO_8859_1));
    }
  }

  @Override
  protected Vector<ServerName> getSNIServerNames() {
    return new Vector<>(
        List.of(new ServerName(NameType.host_name, host.getBytes(StandardCharsets.US_ASCII))));
  }

  @Override
  protected Vector<Integer> getSupportedGroups(@SuppressWarnings("rawtypes") Vector roles) {
    return new Vector<>(groups);
  }

  @Override
  public Vector<Integer> getEarlyKeyShareGroups() {
    return new Vector<>(shares);
  }

  @Override
  public TlsAuthentication getAuthentication() {
    return new ServerOnlyTlsAuthentication() {
      @Override
      public void notifyServerCertificate(TlsServerCertificate server) {
        // The test compares it.
      }
    };
  }
}
