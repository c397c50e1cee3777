package io.postern.observe;

import io.netty.util.AsciiString;
import io.postern.config.AccessLogConfig.Field;
import io.postern.config.Share;
import io.postern.http.ClientCertificate;
import io.postern.http.DownstreamConnection;
import io.postern.http.DownstreamConnection.TlsSession;
import io.postern.tenant.Tenant;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The {@code json} format of the access log: one object a line, pure ASCII, so that nothing that a
 * client chose can end a line or reach a terminal. Bytes of a request beyond ASCII are shown as the
 * Latin-1 letters that they would be. What is not known is left out.
 *
 * <p>Owned by the writer of the log; keeps its buffers from line to line.
 */
final class JsonLine implements AccessLine {

  private static final byte[] DROPPED = JsonObject.name("dropped");
  private static final byte[] DROPPED_AT = JsonObject.name("time");
  private static final byte[] SAMPLE_RATE = JsonObject.name("sampleRate");

  private static final int MILLIS_AT = "2026-01-01T00:00:00.".length();

  private final LineBuffer buffer;
  private final JsonObject json;
  private final Redaction redaction;
  private final WrittenPeers peers = new WrittenPeers();

  /** How the fields that are told are written. */
  private final EnumMap<Field, byte[]> names = new EnumMap<>(Field.class);

  /** What is told of it in lines that others were left out for; null where none are. */
  private final byte @Nullable [] sampleRate;

  private final AsciiString time = new AsciiString("2026-01-01T00:00:00.000Z");
  private final AsciiString termination = new AsciiString("--");
  private long timeSecond = Long.MIN_VALUE;

  /**
   * Writes its lines to a buffer, whole after each call.
   *
   * @param fields what it says
   * @param sample how many of the good exchanges have a line
   */
  JsonLine(LineBuffer buffer, Set<Field> fields, Redaction redaction, Share sample) {
    this.buffer = buffer;
    this.json = new JsonObject(buffer);
    this.redaction = redaction;
    fields.forEach(field -> names.put(field, JsonObject.name(field.toString())));
    this.sampleRate =
        sample.equals(Sampling.ALL)
            ? null
            : Double.toString(sample.percent() / 100.0).getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public void append(ExchangeRecord record) {
    json.begin();
    writeText(Field.TIME, time(record.wallMillis));
    writePeer(record.connection, record.tenant);
    writeRequest(record);
    writeServer(record);
    writeTimers(record);
    writeEnd(record);
    if (sampleRate != null && Sampling.isGood(record)) {
      json.literal(SAMPLE_RATE, sampleRate);
    }
    endLine();
  }

  @Override
  public void appendDropped(long count, long wallMillis) {
    json.begin();
    json.text(DROPPED_AT, time(wallMillis));
    json.number(DROPPED, count);
    endLine();
  }

  private AsciiString time(long wallMillis) {
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
    return time;
  }

  private void writePeer(DownstreamConnection connection, @Nullable Tenant tenant) {
    AsciiString written = peers.of(connection, tenant);
    if (written != null) {
      json.members(written);
    } else {
      int from = buffer.size();
      writeClient(connection, tenant);
      writeConnection(connection);
      peers.keep(connection, tenant, buffer.since(from));
    }
  }

  private void writeClient(DownstreamConnection connection, @Nullable Tenant tenant) {
    writeText(Field.CLIENT, connection.clientIp());
    writeNumber(Field.CLIENT_PORT, connection.client().getPort());
    if (connection.vpce() != null) {
      writeText(Field.VPCE, connection.vpce());
    }
    if (tenant != null) {
      writeText(Field.TENANT, tenant.name());
    }
  }

  private void writeConnection(DownstreamConnection connection) {
    writeText(Field.LISTENER, connection.listener());
    TlsSession tls = connection.tls();
    if (tls != null) {
      writeText(Field.SNI, tls.serverName());
      writeText(Field.TLS_VERSION, tls.version());
      writeText(Field.TLS_CIPHER, tls.cipher());
      writeText(Field.TLS_GROUP, tls.group());
      Supplier<AsciiString> ja4 = tls.ja4();
      if (ja4 != null) {
        writeText(Field.JA4, ja4.get());
      }
      writeCertificate(tls.clientCertificate());
    }
  }

  private void writeCertificate(@Nullable ClientCertificate shown) {
    if (shown != null) {
      writeText(Field.CERTIFICATE_SUBJECT, shown.subject());
      writeText(Field.CERTIFICATE_NAMES, String.join(", ", shown.names()));
      writeText(Field.CERTIFICATE_SERIAL, shown.serial());
      writeText(Field.CERTIFICATE_FINGERPRINT, shown.fingerprint());
    }
  }

  private void writeRequest(ExchangeRecord record) {
    if (!record.requestId.isEmpty()) {
      writeText(Field.REQUEST_ID, record.requestId);
    }
    writeText(Field.PROTOCOL, record.version.label());
    writeText(Field.METHOD, record.method);
    writeText(Field.AUTHORITY, record.authority);
    writeText(Field.PATH, redaction.of(record.target));
    writeNumber(Field.STATUS, record.status);
    if (record.grpcStatus != null) {
      writeNumber(Field.GRPC_STATUS, record.grpcStatus.code());
    }
    if (record.upgrade != null) {
      writeText(Field.UPGRADE, record.upgrade);
    }
    writeNumber(Field.BYTES_RECEIVED, record.bytesReceived);
    writeNumber(Field.BYTES_SENT, record.bytesSent);
  }

  private void writeServer(ExchangeRecord record) {
    writeText(Field.ROUTE, record.route);
    writeText(Field.POOL, record.pool);
    writeText(Field.SERVER, record.server);
    writeNumber(Field.ATTEMPTS, record.attempts);
    if (record.queuePlace > 0) {
      writeNumber(Field.QUEUE_PLACE, record.queuePlace);
    }
  }

  /** HAProxy's timers (configuration manual, section 8.4); Tq without handshake and idle time. */
  private void writeTimers(ExchangeRecord record) {
    writeTimer(Field.REQUEST_TIME, record.headStarted, record.headComplete);
    writeTimer(Field.QUEUE_TIME, record.headComplete, record.queueLeft());
    if (record.shapedNanos > 0) {
      writeNumber(Field.SHAPED_TIME, record.shapedNanos / 1_000_000);
    }
    writeTimer(Field.CONNECT_TIME, record.picked, record.connected);
    writeTimer(Field.RESPONSE_TIME, record.connected, record.responded);
    writeTimer(Field.DATA_TIME, record.responded, record.finished);
    writeTimer(Field.ACTIVE_TIME, record.headStarted, record.finished);
  }

  private void writeTimer(Field field, long from, long to) {
    boolean reached = from != 0 && to != 0;
    writeNumber(field, reached ? Math.max(0, to - from) / 1_000_000 : -1);
  }

  private void writeEnd(ExchangeRecord record) {
    termination.array()[0] = (byte) record.party.letter();
    termination.array()[1] = (byte) record.phase.letter();
    writeText(Field.TERMINATION, termination);
    if (record.fault != null) {
      writeText(Field.CAUSE, redaction.of(record.fault.describe()));
    }
  }

  private void endLine() {
    json.end();
    buffer.put((byte) '\n');
  }

  private void writeText(Field field, @Nullable String value) {
    byte @Nullable [] name = names.get(field);
    if (name != null && value != null) {
      json.text(name, value);
    }
  }

  private void writeText(Field field, AsciiString value) {
    byte @Nullable [] name = names.get(field);
    if (name != null) {
      json.text(name, value);
    }
  }

  private void writeNumber(Field field, long value) {
    byte @Nullable [] name = names.get(field);
    if (name != null) {
      json.number(name, value);
    }
  }
}
