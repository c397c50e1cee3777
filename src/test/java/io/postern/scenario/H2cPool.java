package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.observe.ExchangeRecord;
import io.postern.observe.LogLine;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawH2Server;
import java.net.InetSocketAddress;
import java.util.Objects;

/** Pools of servers that speak HTTP/2 in plain. */
final class H2cPool {

  /** The numbers of the first two streams of a connection; 1 is for those that upgrade. */
  static final int FIRST = 3;

  static final int SECOND = 5;

  /** The SETTINGS that limits the streams. */
  static final int MAX_CONCURRENT_STREAMS = 3;

  private H2cPool() {}

  /** A proxy to servers in plain; the pool's keys are the inside of a YAML map. */
  static ProxyUnderTest proxy(String poolKeys, RawH2Server... servers) {
    StringBuilder list = new StringBuilder();
    for (RawH2Server server : servers) {
      InetSocketAddress address = server.address();
      list.append("{address: \"127.0.0.1:").append(address.getPort()).append("\"},");
    }
    return ProxyUnderTest.start(
        """
        listeners:
          edge:
            bind: 127.0.0.1:0
            tls: {certificates: [@CERTIFICATES@]}
        routes:
          - {name: all, pool: app, timeouts: {connect: 2s, response: 5s}}
        pools:
          app: {protocol: h2c, servers: [%s], %s}
        process: {eventLoops: 1}
        """
            .formatted(list, poolKeys));
  }

  /** The same with default keys. */
  static ProxyUnderTest proxy(RawH2Server... servers) {
    return proxy("", servers);
  }

  /** The next record is of a failure. */
  static ExchangeRecord failed(ProxyUnderTest proxy, Reason reason, String code) {
    ExchangeRecord record = proxy.record();
    assertThat(record.fault).as(record.terminationCode()).isNotNull();
    assertThat(Objects.requireNonNull(record.fault).reason()).isEqualTo(reason);
    assertThat(record.terminationCode()).isEqualTo(code);
    assertThat(LogLine.of(record)).isEqualTo(LogLine.with(record.status, code, reason));
    return record;
  }
}
