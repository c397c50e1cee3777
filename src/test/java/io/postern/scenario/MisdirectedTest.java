package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.testkit.ClientTls;
import io.postern.testkit.H2Client;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A host that the certificate of the connection is not for is answered 421. */
class MisdirectedTest {

  private final Refusals refusals = new Refusals();

  @AfterEach
  void close() {
    refusals.close();
  }

  private static final String OTHER = "GET / HTTP/1.1\r\nHost: other.test\r\n\r\n";

  @Test
  void overH1() {
    refusals.overH1(OTHER, Reason.MISDIRECTED);
  }

  @Test
  void overH2() {
    refusals.overH2(Refusals.h2(":authority", "other.test"), Reason.MISDIRECTED);
  }

  @Test
  void anotherNameOfTheCertificateIsServed() {
    try (RawClient client = Version.h1(refusals.proxy);
        H2Client h2 = Version.h2(refusals.proxy)) {
      assertThat(client.get("/", "a.example.test").status()).isEqualTo(200);
      assertThat(client.get("/", "example.test:8443").status()).isEqualTo(200);
      assertThat(h2.get("EXAMPLE.test", "/").answer().status()).isEqualTo(200);
    }
  }

  @Test
  void withoutSniAnyHostIsServed() {
    ClientTls silent = ClientTls.of(ProxyUnderTest.authority(), null, "http/1.1");
    ClientTls silentH2 = ClientTls.of(ProxyUnderTest.authority(), null, "h2");
    try (RawClient client = RawClient.connect(refusals.proxy.address(), silent);
        H2Client h2 = H2Client.connect(refusals.proxy.address(), silentH2)) {
      assertThat(client.get("/", "other.test").status()).isEqualTo(200);
      assertThat(h2.get("other.test", "/").answer().status()).isEqualTo(200);
    }
  }
}
