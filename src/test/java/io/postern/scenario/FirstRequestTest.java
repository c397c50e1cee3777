package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.ClientTls;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A client that leaves Nagle's algorithm on, as most languages do, sends its first request only
 * when the end of its handshake is acknowledged. Linux may keep that to itself for 40 ms.
 */
class FirstRequestTest {

  private static final int CONNECTIONS = 40;
  private static final Duration DELAYED_ACKNOWLEDGEMENT = Duration.ofMillis(40);

  @ParameterizedTest
  @ValueSource(strings = {"epoll", "io_uring", "nio"})
  void isNotHeldBackByTheHandshake(String transport) {
    try (ProxyUnderTest proxy =
        ProxyUnderTest.start(
            """
            listeners:
              edge: {bind: "127.0.0.1:0", tls: {certificates: [@CERTIFICATES@]}}
            routes:
              - {name: all, respond: {body: ok}}
            process: {eventLoops: 1, transport: %s}
            """
                .formatted(transport))) {
      List<Duration> waits = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        waits.add(firstRequest(proxy));
      }
      assertThat(waits)
          .filteredOn(wait -> wait.compareTo(DELAYED_ACKNOWLEDGEMENT) >= 0)
          .hasSizeLessThan(CONNECTIONS / 4);
    }
  }

  private static Duration firstRequest(ProxyUnderTest proxy) {
    ClientTls tls = ClientTls.of(ProxyUnderTest.authority(), "localhost", "http/1.1");
    try (RawClient client = RawClient.connect(proxy.address("edge")).delayingSmallWrites()) {
      client.startTls(tls);
      long before = System.nanoTime();
      assertThat(client.get("/", "localhost").text()).isEqualTo("ok");
      return Duration.ofNanos(System.nanoTime() - before);
    }
  }
}
