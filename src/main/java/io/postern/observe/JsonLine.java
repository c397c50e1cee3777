package io.postern.observe;

import io.netty.util.AsciiString;
import io.postern.http.ClientCertificate;
import io.postern.http.DownstreamConnection;
import io.postern.http.DownstreamConnection.TlsSession;
import io.postern.tenant.Tenant;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The {@code json} format of the access log: one object a line, pure ASCII, so that nothing that a
 * client chose can end a line or reach a terminal. Bytes of a request beyond ASCII are shown as the
 * Latin-1 letters that they would be. What is not known is left out.
 *
 * <p>Owned by the writer of the log; keeps its buffers from line to line.
 */
final class JsonLine {

  private static final byte[] TIME = JsonObject.name("time");
  private static final byte[] CLIENT = JsonObject.name("client");
  private static final byte[] CLIENT_PORT = JsonObject.name("clientPort");
  private static final byte[] VPCE = JsonObject.name("vpce");
  private static final byte[] TENANT = JsonObject.name("tenant");
  private static final byte[] LISTENER = JsonObject.name("listener");
  private static final byte[] SNI = JsonObject.name("sni");
  private static final byte[] CERTIFICATE_SUBJECT = JsonObject.name("certificateSubject");
  private static final byte[] CERTIFICATE_NAMES = JsonObject.name("certificateNames");
  private static final byte[] CERTIFICATE_SERIAL = JsonObject.name("certificateSerial");
  private static final byte[] CERTIFICATE_FINGERPRINT = JsonObject.name("certificateFingerprint");
  private static final byte[] TLS_VERSION = JsonObject.name("tlsVersion");
  private static final byte[] TLS_CIPHER = JsonObject.name("tlsCipher");
  private static final byte[] TLS_GROUP = JsonObject.name("tlsGroup");
  private static final byte[] JA4 = JsonObject.name("ja4");
  private static final byte[] REQUEST_ID = JsonObject.name("requestId");
  private static final byte[] PROTOCOL = JsonObject.name("protocol");
  private static final byte[] METHOD = JsonObject.name("method");
  private static final byte[] AUTHORITY = JsonObject.name("authority");
  private static final byte[] PATH = JsonObject.name("path");
  private static final byte[] STATUS = JsonObject.name("status");
  private static final byte[] GRPC_STATUS = JsonObject.name("grpcStatus");
  private static final byte[] UPGRADE = JsonObject.name("upgrade");
  private static final byte[] BYTES_RECEIVED = JsonObject.name("bytesReceived");
  private static final byte[] BYTES_SENT = JsonObject.name("bytesSent");
  private static final byte[] ROUTE = JsonObject.name("route");
  private static final byte[] POOL = JsonObject.name("pool");
  private static final byte[] SERVER = JsonObject.name("server");
  private static final byte[] ATTEMPTS = JsonObject.name("attempts");
  private static final byte[] QUEUE_PLACE = JsonObject.name("queuePlace");
  private static final byte[] REQUEST_TIME = JsonObject.name("Tq");
  private static final byte[] QUEUE_TIME = JsonObject.name("Tw");
  private static final byte[] SHAPED_TIME = JsonObject.name("Ts");
  private static final byte[] CONNECT_TIME = JsonObject.name("Tc");
  private static final byte[] RESPONSE_TIME = JsonObject.name("Tr");
  private static final byte[] DATA_TIME = JsonObject.name("Td");
  private static final byte[] ACTIVE_TIME = JsonObject.name("Ta");
  private static final byte[] TERMINATION = JsonObject.name("termination");
  private static final byte[] CAUSE = JsonObject.name("cause");
  private static final byte[] DROPPED = JsonObject.name("dropped");

  private static final int MILLIS_AT = "2026-01-01T00:00:00.".length();

  private final LineBuffer buffer;
  private final JsonObject json;
  private final AsciiString time = new AsciiString("2026-01-01T00:00:00.000Z");
  private final AsciiString termination = new AsciiString("--");
  private long timeSecond = Long.MIN_VALUE;

  /** Writes its lines to a buffer, whole after each call. */
  JsonLine(LineBuffer buffer) {
    this.buffer = buffer;
    this.json = new JsonObject(buffer);
  }

  /** One exchange. */
  void append(ExchangeRecord record) {
    json.begin();
    writeTime(record.wallMillis);
    writeClient(record.connection, record.tenant);
    writeConnection(record.connection);
    writeRequest(record);
    writeServer(record);
    writeTimers(record);
    writeEnd(record);
    endLine();
  }

  /** Tells that records are missing here, with the time of one that is not. */
  void appendDropped(long count, long wallMillis) {
    json.begin();
    writeTime(wallMillis);
    json.number(DROPPED, count);
    endLine();
  }

  private void writeTime(long wallMillis) {
    byte[] digits = time.array();
    long second = Math.floorDiv(wallMillis, 1000L);
    if (second != timeSecond) {
      byte[] whole = Instant.ofEpochSecond(second).toString().getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(whole, 0, digits, 0, MILLIS_AT - 1);
      timeSecond = second;
    }
    int millis = (int) (wallMillis - second * 1000);
    digits[MILLIS_AT] = (byte) ('0' + millis / 100);
    digits[MILLIS_AT + 1] = (byte) ('0' + millis / 10 % 10);
    digits[MILLIS_AT + 2] = (byte) ('0' + millis % 10);
    json.text(TIME, time);
  }

  private void writeClient(DownstreamConnection connection, @Nullable Tenant tenant) {
    json.text(CLIENT, connection.clientIp());
    json.number(CLIENT_PORT, connection.client().getPort());
    if (connection.vpce() != null) {
      json.text(VPCE, connection.vpce());
    }
    if (tenant != null) {
      json.text(TENANT, tenant.name());
    }
  }

  private void writeConnection(DownstreamConnection connection) {
    writeText(LISTENER, connection.listener());
    TlsSession tls = connection.tls();
    if (tls != null) {
      writeText(SNI, tls.serverName());
      writeText(TLS_VERSION, tls.version());
      writeText(TLS_CIPHER, tls.cipher());
      writeText(TLS_GROUP, tls.group());
      Supplier<AsciiString> ja4 = tls.ja4();
      if (ja4 != null) {
        json.text(JA4, ja4.get());
      }
      writeCertificate(tls.clientCertificate());
    }
  }

  private void writeCertificate(@Nullable ClientCertificate shown) {
    if (shown != null) {
      writeText(CERTIFICATE_SUBJECT, shown.subject());
      writeText(CERTIFICATE_NAMES, String.join(", ", shown.names()));
      writeText(CERTIFICATE_SERIAL, shown.serial());
      writeText(CERTIFICATE_FINGERPRINT, shown.fingerprint());
    }
  }

  private void writeRequest(ExchangeRecord record) {
    if (!record.requestId.isEmpty()) {
      json.text(REQUEST_ID, record.requestId);
    }
    writeText(PROTOCOL, record.version.label());
    json.text(METHOD, record.method);
    json.text(AUTHORITY, record.authority);
    json.text(PATH, record.target);
    json.number(STATUS, record.status);
    if (record.grpcStatus != null) {
      json.number(GRPC_STATUS, record.grpcStatus.code());
    }
    if (record.upgrade != null) {
      json.text(UPGRADE, record.upgrade);
    }
    json.number(BYTES_RECEIVED, record.bytesReceived);
    json.number(BYTES_SENT, record.bytesSent);
  }

  private void writeServer(ExchangeRecord record) {
    writeText(ROUTE, record.route);
    writeText(POOL, record.pool);
    writeText(SERVER, record.server);
    json.number(ATTEMPTS, record.attempts);
    if (record.queuePlace > 0) {
      json.number(QUEUE_PLACE, record.queuePlace);
    }
  }

  /** HAProxy's timers (configuration manual, section 8.4); Tq without handshake and idle time. */
  private void writeTimers(ExchangeRecord record) {
    writeTimer(REQUEST_TIME, record.headStarted, record.headComplete);
    boolean leftInQueue = record.queuePlace > 0 && record.picked == 0;
    writeTimer(QUEUE_TIME, record.headComplete, leftInQueue ? record.finished : record.picked);
    if (record.shapedNanos > 0) {
      json.number(SHAPED_TIME, record.shapedNanos / 1_000_000);
    }
    writeTimer(CONNECT_TIME, record.picked, record.connected);
    writeTimer(RESPONSE_TIME, record.connected, record.responded);
    writeTimer(DATA_TIME, record.responded, record.finished);
    writeTimer(ACTIVE_TIME, record.headStarted, record.finished);
  }

  private void writeTimer(byte[] name, long from, long to) {
    boolean reached = from != 0 && to != 0;
    json.number(name, reached ? Math.max(0, to - from) / 1_000_000 : -1);
  }

  private void writeEnd(ExchangeRecord record) {
    termination.array()[0] = (byte) record.party.letter();
    termination.array()[1] = (byte) record.phase.letter();
    json.text(TERMINATION, termination);
    if (record.fault != null) {
      writeText(CAUSE, record.fault.describe());
    }
  }

  private void endLine() {
    json.end();
    buffer.put((byte) '\n');
  }

  private void writeText(byte[] name, @Nullable String value) {
    if (value != null) {
      json.text(name, value);
    }
  }
}
