package io.postern.tls;

import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** A client on the JDK's TLS: what it offers is set before it connects. */
final class JdkClient {

  private static final int TIMEOUT_MILLIS = 20_000;

  private final SSLContext context;
  private final SSLParameters parameters;
  private int chunk = Integer.MAX_VALUE;
  private int record = Integer.MAX_VALUE;

  /** How many records the ClientHello was cut into; 0 where it was left whole. */
  int helloRecords;

  /** Trusts these authorities, and sends no SNI yet. */
  JdkClient(CertificateAuthority... trusted) throws GeneralSecurityException, IOException {
    KeyStore roots = KeyStore.getInstance(KeyStore.getDefaultType());
    roots.load(null, null);
    for (CertificateAuthority authority : trusted) {
      roots.setCertificateEntry(
          authority.caCertificate().getSerialNumber().toString(), authority.caCertificate());
    }
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(roots);
    context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    parameters = context.getDefaultSSLParameters();
  }

  /** What a handshake came to. */
  record Seen(X509Certificate certificate, String version, String cipher, String line) {}

  /** Sends SNI. */
  JdkClient host(String host) {
    parameters.setServerNames(List.of(new SNIHostName(host)));
    return this;
  }

  /** Refuses a certificate that does not cover the host. */
  JdkClient verifyingHost() {
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    return this;
  }

  JdkClient versions(String... versions) {
    parameters.setProtocols(versions);
    return this;
  }

  JdkClient signatures(String... schemes) {
    parameters.setSignatureSchemes(schemes);
    return this;
  }

  JdkClient groups(String... groups) {
    parameters.setNamedGroups(groups);
    return this;
  }

  JdkClient ciphers(String... suites) {
    parameters.setCipherSuites(suites);
    return this;
  }

  JdkClient alpn(String... protocols) {
    parameters.setApplicationProtocols(protocols);
    return this;
  }

  /** Cuts the ClientHello into TLS records and each write into TCP segments of so many bytes. */
  JdkClient inPieces(int recordBytes, int segmentBytes) {
    record = recordBytes;
    chunk = segmentBytes;
    return this;
  }

  /** Shakes hands and reads the server's line. */
  Seen connect(int port) throws IOException {
    List<?> names = parameters.getServerNames();
    String peer = names == null ? "127.0.0.1" : ((SNIHostName) names.get(0)).getAsciiName();
    try (Socket plain = new PiecewiseSocket(port);
        SSLSocket socket =
            (SSLSocket) context.getSocketFactory().createSocket(plain, peer, port, true)) {
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      StringBuilder line = new StringBuilder();
      for (int b = socket.getInputStream().read();
          b >= 0 && b != HandshakeServer.END;
          b = socket.getInputStream().read()) {
        line.append((char) b);
      }
      return new Seen(
          (X509Certificate) socket.getSession().getPeerCertificates()[0],
          socket.getSession().getProtocol(),
          socket.getSession().getCipherSuite(),
          line.toString());
    }
  }

  private final class PiecewiseSocket extends Socket {

    PiecewiseSocket(int port) throws IOException {
      super(InetAddress.getLoopbackAddress(), port);
      setTcpNoDelay(true);
      setSoTimeout(TIMEOUT_MILLIS);
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
      return new Pieces(super.getOutputStream());
    }
  }

  private final class Pieces extends FilterOutputStream {

    private static final int RECORD_HEADER = 5;

    private boolean helloSent;

    Pieces(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      if (helloSent || record == Integer.MAX_VALUE) {
        out.write(bytes, from, length);
        return;
      }
      helloSent = true;
      ByteArrayOutputStream records = new ByteArrayOutputStream();
      for (int at = from + RECORD_HEADER; at < from + length; at += record) {
        int size = Math.min(record, from + length - at);
        helloRecords++;
        records.write(bytes, from, 3);
        records.write(size >> 8);
        records.write(size);
        records.write(bytes, at, size);
      }
      byte[] all = records.toByteArray();
      for (int at = 0; at < all.length; at += chunk) {
        out.write(all, at, Math.min(chunk, all.length - at));
        out.flush();
      }
    }
  }
}
