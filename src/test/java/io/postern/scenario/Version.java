package io.postern.scenario;

import io.postern.testkit.ClientTls;
import io.postern.testkit.H2Client;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;

/** What a client speaks; most scenarios hold for each. */
enum Version {
  H1,
  H2;

  /** The name that clients ask for where a scenario is not about names. */
  static final String HOST = "localhost";

  /** A client of this version with a TLS connection. */
  Client connect(ProxyUnderTest proxy) {
    return switch (this) {
      case H1 -> new OverH1(h1(proxy));
      case H2 -> new OverH2(h2(proxy));
    };
  }

  /** A client of this version that keeps the windows, or the receive buffer, small. */
  Client connectSlow(ProxyUnderTest proxy) {
    ClientTls tls = ClientTls.of(ProxyUnderTest.authority(), HOST, alpn());
    RawClient slow = RawClient.connect(proxy.address(), 16 * 1024).startTls(tls);
    return switch (this) {
      case H1 -> new OverH1(slow);
      case H2 -> new OverH2(H2Client.over(slow).givesBack(false));
    };
  }

  /** A client that sends any bytes, with TLS. */
  static RawClient h1(ProxyUnderTest proxy) {
    return RawClient.connect(
        proxy.address(), ClientTls.of(ProxyUnderTest.authority(), HOST, H1.alpn()));
  }

  /** A client that sends any frames, and these SETTINGS first. */
  static H2Client h2(ProxyUnderTest proxy, long... idsAndValues) {
    ClientTls tls = ClientTls.of(ProxyUnderTest.authority(), HOST, H2.alpn());
    return H2Client.over(RawClient.connect(proxy.address(), tls), idsAndValues);
  }

  private String alpn() {
    return switch (this) {
      case H1 -> "http/1.1";
      case H2 -> "h2";
    };
  }

  private record OverH1(RawClient connection) implements Client {

    @Override
    public Call request(String method, String path, String... fields) {
      return new H1Call(connection, method, path, false, fields);
    }

    @Override
    public Call start(String method, String path, String... fields) {
      return new H1Call(connection, method, path, true, fields);
    }

    @Override
    public void readOn(Call call) {
      // Whoever asks for the answer reads.
    }

    @Override
    public RawClient connection() {
      return connection;
    }

    @Override
    public void close() {
      connection.close();
    }
  }

  private record OverH2(H2Client client) implements Client {

    @Override
    public Call request(String method, String path, String... fields) {
      return new H2Call(client, client.open(true, H2Call.head(method, path, fields)));
    }

    @Override
    public Call start(String method, String path, String... fields) {
      return new H2Call(client, client.open(false, H2Call.head(method, path, fields)));
    }

    @Override
    public void readOn(Call call) {
      client.givesBack(true).widen(1 << 20);
      ((H2Call) call).stream().widen(1 << 20);
    }

    @Override
    public RawClient connection() {
      return client.connection();
    }

    @Override
    public void close() {
      client.close();
    }
  }
}
