package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.observe.ExchangeRecord;
import io.postern.testkit.Await;
import io.postern.testkit.FullPort;
import io.postern.testkit.ProxyUnderTest;
import java.io.File;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A client that goes away while its server does not answer a SYN. */
class ClientGoneWhileConnectingTest {

  private final FullPort server = new FullPort();
  private final ProxyUnderTest proxy = ProxyUnderTest.to("", "connect: 60s", server.address());

  @AfterEach
  void close() {
    proxy.close();
    server.close();
  }

  @ParameterizedTest
  @EnumSource
  void noServerIsCharged(Version version) {
    try (Client client = version.connect(proxy)) {
      Call call = client.request("GET", "/");
      Await.until("a server was chosen", () -> proxy.server("app", 0).exchanges() == 1);
      call.abort();
      ExchangeRecord record = Verdict.failed(proxy, Reason.CLIENT_GONE, 499, "CC");
      assertThat(record.attempts).isEqualTo(1);
    }
  }

  @Test
  void whatNobodyWaitsForServesTheNext() {
    try (Client client = Version.H2.connect(proxy)) {
      int before = files();
      for (int i = 1; i <= 100; i++) {
        int count = i;
        Call call = client.request("GET", "/");
        Await.until("a server was chosen", () -> proxy.server("app", 0).exchanges() == count);
        call.abort();
        proxy.record();
      }
      assertThat(files()).isLessThan(before + 50);
    }
  }

  private static int files() {
    return Objects.requireNonNull(new File("/proc/self/fd").list()).length;
  }
}
