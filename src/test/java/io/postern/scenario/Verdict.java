package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.observe.ExchangeRecord;
import io.postern.observe.LogLine;
import io.postern.pool.Server;
import io.postern.testkit.Await;
import io.postern.testkit.ProxyUnderTest;

/**
 * What the record of an exchange and its line in the log have to say, and what no server may be
 * charged with.
 */
final class Verdict {

  private Verdict() {}

  /** The next record is of a failure for which no server was to blame. */
  static ExchangeRecord failed(
      ProxyUnderTest proxy, Reason reason, int status, String terminationCode) {
    ExchangeRecord record = ended(proxy, reason, status, terminationCode);
    requireNoCharge(proxy);
    return record;
  }

  /** The next record is of a failure, whoever was to blame, and whatever else is in flight. */
  static ExchangeRecord ended(
      ProxyUnderTest proxy, Reason reason, int status, String terminationCode) {
    ExchangeRecord record = proxy.record();
    Fault fault = record.fault;
    assertThat(fault).isNotNull();
    assertThat(fault == null ? "" : fault.reason()).as(record.terminationCode()).isEqualTo(reason);
    assertThat(record.terminationCode()).isEqualTo(terminationCode);
    assertThat(record.status).isEqualTo(status);
    assertThat(LogLine.of(record)).isEqualTo(LogLine.with(status, terminationCode, reason));
    return record;
  }

  /** The next record is of an exchange that came to its end. */
  static ExchangeRecord served(ProxyUnderTest proxy, int status) {
    ExchangeRecord record = proxy.record();
    assertThat(record.fault).isNull();
    assertThat(record.terminationCode()).isEqualTo("--");
    assertThat(record.status).isEqualTo(status);
    assertThat(LogLine.of(record)).isEqualTo(LogLine.with(status, "--", null));
    return record;
  }

  /** The only server has no exchange left, and was charged with nothing. */
  static void requireNoCharge(ProxyUnderTest proxy) {
    Server server = proxy.server("app", 0);
    Await.until("nothing in flight", () -> server.inFlight() == 0);
    assertThat(server.faults()).isZero();
  }
}
