package io.postern.scenario;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Await;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.ProxyV2;
import io.postern.testkit.RawClient;
import java.net.InetSocketAddress;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Connections that bring nothing: health checks of load balancers, which are no errors. */
class ProbeTest {

  private static final byte[] HEADER =
      ProxyV2.aws(
          new InetSocketAddress("172.31.7.113", 51442),
          new InetSocketAddress("172.31.10.31", 8443),
          ProxyV2.VPCE);

  private static ProxyUnderTest proxy(String mode, boolean tls, String timeouts) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge: {bind: "127.0.0.1:0", proxyProtocol: %s, limits: {connections: 100}, timeouts: {%s}%s}
        routes: [{name: all, respond: {status: 200}}]
        process: {eventLoops: 1}
        """
            .formatted(mode, timeouts, tls ? ", tls: {certificates: [@CERTIFICATES@]}" : ""));
  }

  private static byte[] sent(String what) {
    return switch (what) {
      case "header" -> HEADER;
      case "local" -> ProxyV2.awsCheck();
      default -> new byte[0];
    };
  }

  @ParameterizedTest
  @CsvSource({
    "none, nothing, nothing",
    "optional, nothing, nothing",
    "optional, header, header-only",
    "optional, local, local-only",
    "required, nothing, nothing",
    "required, header, header-only",
    "required, local, local-only"
  })
  void whoGoesAwayWithoutAWordIsAProbe(String mode, String sent, String kind) {
    for (boolean tls : new boolean[] {true, false}) {
      try (ProxyUnderTest proxy = proxy(mode, tls, "")) {
        try (RawClient closing = RawClient.connect(proxy.address())) {
          closing.send(sent(sent));
        }
        awaitOnly(proxy, kind, 1);
        RawClient resetting = RawClient.connect(proxy.address()).send(sent(sent));
        Await.until("it is there", () -> proxy.runtime().openConnections() == 1);
        // A reset takes what has not been read yet with it.
        Await.until("its header is read", () -> headers(proxy) == (sent.equals("nothing") ? 0 : 2));
        resetting.reset();
        awaitOnly(proxy, kind, 2);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"none, nothing", "required, header", "required, local"})
  void whoIsSentAwayForHisSilenceIsNone(String mode, String sent) {
    for (boolean tls : new boolean[] {true, false}) {
      try (ProxyUnderTest proxy = proxy(mode, tls, "handshake: 100ms, idle: 100ms");
          RawClient silent = RawClient.connect(proxy.address())) {
        silent.send(sent(sent)).awaitEnding();
        awaitOnly(proxy, "silent", 1);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"none, nothing", "required, header", "required, local"})
  void oneByteIsNoProbe(String mode, String sent) {
    for (boolean tls : new boolean[] {true, false}) {
      try (ProxyUnderTest proxy = proxy(mode, tls, "")) {
        try (RawClient client = RawClient.connect(proxy.address())) {
          client.send(sent(sent)).send("\u0016");
        }
        Await.until("its end", () -> proxy.runtime().openConnections() == 0);
        assertThat(proxy.arrivals("edge").probes().values()).containsOnly(0L);
      }
    }
  }

  private static long headers(ProxyUnderTest proxy) {
    return proxy.arrivals("edge").headers().entrySet().stream()
        .filter(each -> each.getKey().equals("v2") || each.getKey().equals("local"))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  private static void awaitOnly(ProxyUnderTest proxy, String kind, long count) {
    Await.until(
        kind + " " + count,
        () -> requireNonNull(proxy.arrivals("edge").probes().get(kind)) == count);
    long all = proxy.arrivals("edge").probes().values().stream().mapToLong(n -> n).sum();
    assertThat(all).isEqualTo(count);
    assertThat(proxy.hasNoRecord()).isTrue();
  }
}
