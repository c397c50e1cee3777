package io.postern.observe;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.AsciiString;
import io.postern.fault.Fault;
import io.postern.fault.Party;
import io.postern.fault.Phase;
import io.postern.fault.Reason;
import io.postern.http.DownstreamConnection;
import io.postern.http.DownstreamConnection.TlsSession;
import io.postern.http.HttpVersion;
import io.postern.shaping.Waits;
import io.postern.tenant.Tenant;
import io.postern.testkit.Unlimited;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Records for the tests of this room. */
final class Records {

  /** 2026-11-23T13:32:04.057Z. */
  static final long WALL_MILLIS = 1_795_440_724_057L;

  static final AsciiString JA4 = new AsciiString("t13d1516h2_8daaf6152771_e5627efa2ab1");

  private Records() {}

  /** A connection from 192.0.2.7:50000. */
  static DownstreamConnection connection(@Nullable TlsSession tls) {
    EmbeddedChannel channel = new EmbeddedChannel();
    return new DownstreamConnection(
        channel.eventLoop(),
        "edge",
        new InetSocketAddress("192.0.2.7", 50_000),
        new InetSocketAddress("192.0.2.1", 443),
        new AsciiString("192.0.2.7"),
        tls == null ? null : new AsciiString("vpce-08d2bf15fac5001c9"),
        null,
        tls,
        channel.closeFuture());
  }

  /** A record in which everything is there. */
  static ExchangeRecord full() {
    TlsSession tls =
        new TlsSession(
            "api.example.com",
            "TLSv1.3",
            "TLS_AES_128_GCM_SHA256",
            "X25519MLKEM768",
            null,
            false,
            () -> JA4,
            null,
            false,
            _ -> true);
    ExchangeRecord record = new ExchangeRecord(connection(tls), WALL_MILLIS);
    record.requestId = new AsciiString("0123456789abcdef0123456789abcdef");
    record.version = HttpVersion.HTTP_2;
    record.method = new AsciiString("PUT");
    record.authority = new AsciiString("api.example.com:8443");
    record.target = new AsciiString("/a/b?c=d");
    record.status = 502;
    record.bytesReceived = 5_000_000_000L;
    record.bytesSent = 17;
    record.tenant =
        new Tenant(0, new AsciiString("acme"), 1, Unlimited.TENANT, new Waits(), null, Map.of());
    record.route = "uploads";
    record.pool = "store";
    record.server = "10.1.0.10:8080";
    record.attempts = 2;
    record.headStarted = millis(1);
    record.headComplete = millis(3);
    record.picked = millis(8);
    record.connected = millis(18);
    record.responded = millis(118);
    record.finished = millis(1118) + 999_999;
    record.party = Party.SERVER;
    record.phase = Phase.DATA;
    record.fault = new Fault(Reason.SERVER_RESET, "Connection reset");
    return record;
  }

  /** The same of a request that went well. */
  static ExchangeRecord served() {
    ExchangeRecord record = full();
    record.status = 200;
    record.party = Party.NONE;
    record.phase = Phase.DONE;
    record.fault = null;
    return record;
  }

  /** A record of a plain connection whose exchange came to nothing. */
  static ExchangeRecord bare() {
    return new ExchangeRecord(connection(null), WALL_MILLIS);
  }

  /** A record that is known again by its target. */
  static ExchangeRecord at(DownstreamConnection connection, String target) {
    ExchangeRecord record = new ExchangeRecord(connection, WALL_MILLIS);
    record.target = new AsciiString(target);
    return record;
  }

  /** One whose server was gone. */
  static ExchangeRecord failed(DownstreamConnection connection, String target) {
    ExchangeRecord record = at(connection, target);
    record.fault = Fault.of(Reason.SERVER_RESET);
    return record;
  }

  private static long millis(long millis) {
    return TimeUnit.MILLISECONDS.toNanos(millis);
  }
}
