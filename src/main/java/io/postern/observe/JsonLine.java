package io.postern.observe;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.netty.util.AsciiString;
import io.postern.http.DownstreamConnection;
import io.postern.http.DownstreamConnection.TlsSession;
import io.postern.tenant.Tenant;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The {@code json} format of the access log: one object a line, pure ASCII, so that nothing that a
 * client chose can end a line or reach a terminal. Bytes of a request beyond ASCII are shown as the
 * Latin-1 letters that they would be. What is not known is left out.
 *
 * <p>Owned by the writer of the log; keeps its buffers from line to line.
 */
final class JsonLine {

  private static final SerializableString TIME = new SerializedString("time");
  private static final SerializableString CLIENT = new SerializedString("client");
  private static final SerializableString CLIENT_PORT = new SerializedString("clientPort");
  private static final SerializableString VPCE = new SerializedString("vpce");
  private static final SerializableString TENANT = new SerializedString("tenant");
  private static final SerializableString LISTENER = new SerializedString("listener");
  private static final SerializableString SNI = new SerializedString("sni");
  private static final SerializableString TLS_VERSION = new SerializedString("tlsVersion");
  private static final SerializableString TLS_CIPHER = new SerializedString("tlsCipher");
  private static final SerializableString PROTOCOL = new SerializedString("protocol");
  private static final SerializableString METHOD = new SerializedString("method");
  private static final SerializableString AUTHORITY = new SerializedString("authority");
  private static final SerializableString PATH = new SerializedString("path");
  private static final SerializableString STATUS = new SerializedString("status");
  private static final SerializableString GRPC_STATUS = new SerializedString("grpcStatus");
  private static final SerializableString UPGRADE = new SerializedString("upgrade");
  private static final SerializableString BYTES_RECEIVED = new SerializedString("bytesReceived");
  private static final SerializableString BYTES_SENT = new SerializedString("bytesSent");
  private static final SerializableString ROUTE = new SerializedString("route");
  private static final SerializableString POOL = new SerializedString("pool");
  private static final SerializableString SERVER = new SerializedString("server");
  private static final SerializableString ATTEMPTS = new SerializedString("attempts");
  private static final SerializableString REQUEST_TIME = new SerializedString("Tq");
  private static final SerializableString QUEUE_TIME = new SerializedString("Tw");
  private static final SerializableString CONNECT_TIME = new SerializedString("Tc");
  private static final SerializableString RESPONSE_TIME = new SerializedString("Tr");
  private static final SerializableString DATA_TIME = new SerializedString("Td");
  private static final SerializableString ACTIVE_TIME = new SerializedString("Ta");
  private static final SerializableString TERMINATION = new SerializedString("termination");
  private static final SerializableString CAUSE = new SerializedString("cause");
  private static final SerializableString DROPPED = new SerializedString("dropped");

  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .rootValueSeparator((String) null)
          .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
          .disable(StreamWriteFeature.FLUSH_PASSED_TO_STREAM)
          .disable(StreamWriteFeature.AUTO_CLOSE_TARGET)
          .characterEscapes(new ControlEscapes())
          .build();

  private static final int MILLIS_AT = "2026-01-01T00:00:00.".length();

  private final JsonGenerator json;
  private final char[] time = "2026-01-01T00:00:00.000Z".toCharArray();
  private long timeSecond = Long.MIN_VALUE;
  private char[] text = new char[1024];

  /** Writes its lines to a buffer, whole after each call. */
  JsonLine(LineBuffer buffer) {
    try {
      json = FACTORY.createGenerator(buffer);
    } catch (IOException impossible) {
      throw new UncheckedIOException("in memory", impossible);
    }
  }

  /** One exchange. */
  void append(ExchangeRecord record) throws IOException {
    json.writeStartObject();
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
  void appendDropped(long count, long wallMillis) throws IOException {
    json.writeStartObject();
    writeTime(wallMillis);
    writeNumber(DROPPED, count);
    endLine();
  }

  private void writeTime(long wallMillis) throws IOException {
    long second = Math.floorDiv(wallMillis, 1000L);
    if (second != timeSecond) {
      Instant.ofEpochSecond(second).toString().getChars(0, MILLIS_AT - 1, time, 0);
      timeSecond = second;
    }
    int millis = (int) (wallMillis - second * 1000);
    time[MILLIS_AT] = (char) ('0' + millis / 100);
    time[MILLIS_AT + 1] = (char) ('0' + millis / 10 % 10);
    time[MILLIS_AT + 2] = (char) ('0' + millis % 10);
    json.writeFieldName(TIME);
    json.writeString(time, 0, time.length);
  }

  private void writeClient(DownstreamConnection connection, @Nullable Tenant tenant)
      throws IOException {
    writeText(CLIENT, connection.clientIp());
    writeNumber(CLIENT_PORT, connection.client().getPort());
    if (connection.vpce() != null) {
      writeText(VPCE, connection.vpce());
    }
    if (tenant != null) {
      writeText(TENANT, tenant.name());
    }
  }

  private void writeConnection(DownstreamConnection connection) throws IOException {
    writeText(LISTENER, connection.listener());
    TlsSession tls = connection.tls();
    if (tls != null) {
      writeText(SNI, tls.serverName());
      writeText(TLS_VERSION, tls.version());
      writeText(TLS_CIPHER, tls.cipher());
    }
  }

  private void writeRequest(ExchangeRecord record) throws IOException {
    writeText(PROTOCOL, record.version.label());
    writeText(METHOD, record.method);
    writeText(AUTHORITY, record.authority);
    writeText(PATH, record.target);
    writeNumber(STATUS, record.status);
    if (record.grpcStatus != null) {
      writeNumber(GRPC_STATUS, record.grpcStatus.code());
    }
    if (record.upgrade != null) {
      writeText(UPGRADE, record.upgrade);
    }
    writeNumber(BYTES_RECEIVED, record.bytesReceived);
    writeNumber(BYTES_SENT, record.bytesSent);
  }

  private void writeServer(ExchangeRecord record) throws IOException {
    writeText(ROUTE, record.route);
    writeText(POOL, record.pool);
    writeText(SERVER, record.server);
    writeNumber(ATTEMPTS, record.attempts);
  }

  /** HAProxy's timers (configuration manual, section 8.4); Tq without handshake and idle time. */
  private void writeTimers(ExchangeRecord record) throws IOException {
    writeTimer(REQUEST_TIME, record.headStarted, record.headComplete);
    writeTimer(QUEUE_TIME, record.headComplete, record.picked);
    writeTimer(CONNECT_TIME, record.picked, record.connected);
    writeTimer(RESPONSE_TIME, record.connected, record.responded);
    writeTimer(DATA_TIME, record.responded, record.finished);
    writeTimer(ACTIVE_TIME, record.headStarted, record.finished);
  }

  private void writeTimer(SerializableString name, long from, long to) throws IOException {
    boolean reached = from != 0 && to != 0;
    writeNumber(name, reached ? Math.max(0, to - from) / 1_000_000 : -1);
  }

  private void writeEnd(ExchangeRecord record) throws IOException {
    text[0] = record.party.letter();
    text[1] = record.phase.letter();
    json.writeFieldName(TERMINATION);
    json.writeString(text, 0, 2);
    if (record.fault != null) {
      writeText(CAUSE, record.fault.describe());
    }
  }

  private void endLine() throws IOException {
    json.writeEndObject();
    json.writeRaw('\n');
    json.flush();
  }

  private void writeNumber(SerializableString name, long value) throws IOException {
    json.writeFieldName(name);
    json.writeNumber(value);
  }

  private void writeText(SerializableString name, @Nullable String value) throws IOException {
    if (value != null) {
      json.writeFieldName(name);
      json.writeString(value);
    }
  }

  private void writeText(SerializableString name, AsciiString value) throws IOException {
    int length = value.length();
    if (length > text.length) {
      text = new char[Math.max(length, 2 * text.length)];
    }
    byte[] bytes = value.array();
    int offset = value.arrayOffset();
    for (int i = 0; i < length; i++) {
      text[i] = (char) (bytes[offset + i] & 0xFF);
    }
    json.writeFieldName(name);
    json.writeString(text, 0, length);
  }

  /** The standard escapes, and DEL, which JSON would let through. */
  private static final class ControlEscapes extends CharacterEscapes {

    private static final long serialVersionUID = 1L;

    private final int[] escapes = standardAsciiEscapesForJSON();

    ControlEscapes() {
      escapes[0x7F] = ESCAPE_STANDARD;
    }

    @Override
    public int[] getEscapeCodesForAscii() {
      return escapes;
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int character) {
      return null;
    }
  }
}
