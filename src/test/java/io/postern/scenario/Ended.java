package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.observe.ExchangeRecord;
import io.postern.observe.LogLine;
import io.postern.testkit.Caller.Protocol;
import io.postern.testkit.ProxyUnderTest;
import java.net.InetSocketAddress;

/** What the record of an exchange and its line in the log have to say. */
final class Ended {

  private Ended() {}

  /** The next exchange to finish failed, and says so in these words. */
  static ExchangeRecord badly(
      ProxyUnderTest proxy, int status, String terminationCode, Reason reason) {
    ExchangeRecord record = proxy.record();
    assertThat(record.status).isEqualTo(status);
    assertThat(record.fault).extracting(Fault::reason).isEqualTo(reason);
    assertThat(record.terminationCode()).isEqualTo(terminationCode);
    assertThat(record.attempts).isPositive();
    assertThat(LogLine.of(record)).isEqualTo(LogLine.with(status, terminationCode, reason));
    return record;
  }

  /** The next exchange to finish did well. */
  static ExchangeRecord well(ProxyUnderTest proxy) {
    ExchangeRecord record = proxy.record();
    assertThat(record.fault).isNull();
    assertThat(record.terminationCode()).isEqualTo("--");
    assertThat(LogLine.of(record)).isEqualTo(LogLine.with(record.status, "--", null));
    return record;
  }

  /** A new client is answered 200 by this server. */
  static void nextIsServedBy(InetSocketAddress server, ProxyUnderTest proxy, Protocol protocol) {
    try (var client = protocol.connect(proxy)) {
      assertThat(client.get("/next").answer().status()).isEqualTo(200);
      assertThat(well(proxy).server).isEqualTo(label(server));
    }
  }

  /** As records name a server. */
  static String label(InetSocketAddress server) {
    return "127.0.0.1:" + server.getPort();
  }
}
