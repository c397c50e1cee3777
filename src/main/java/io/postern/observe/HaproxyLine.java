package io.postern.observe;

import io.netty.util.AsciiString;
import io.postern.http.DownstreamConnection;
import io.postern.http.HttpVersion;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/**
 * The {@code haproxy} format of the access log: the line of HAProxy's {@code option httplog}
 * (configuration manual, section 8.2.3), for programs that read that. A listener is what it calls a
 * frontend, a pool a backend. What is not counted for a line is 0, as it is there where there is
 * none: connections and the queue of a server; cookies are {@code -}. Bytes are those of content.
 *
 * <p>Owned by the writer of the log; keeps its buffers from line to line.
 */
final class HaproxyLine implements AccessLine {

  private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

  private final LineBuffer out;
  private final Redaction redaction;
  private final @Nullable String sender;
  private final LocalStamp began;
  private final LocalStamp ended;

  /**
   * Writes its lines to a buffer, whole after each call.
   *
   * @param sender who says it, such as {@code proxy-1 postern[17]:}, which stands before each line
   *     behind the time of its end, as syslog writes it; null where neither is to stand there
   * @param zone times are those of its clocks
   */
  HaproxyLine(LineBuffer out, Redaction redaction, @Nullable String sender, ZoneId zone) {
    this.out = out;
    this.redaction = redaction;
    this.sender = sender;
    this.began = new LocalStamp("dd/MMM/yyyy:HH:mm:ss", zone);
    this.ended = new LocalStamp("MMM ppd HH:mm:ss", zone);
  }

  @Override
  public void append(ExchangeRecord record) {
    // A record is opened when the head has come, or when it is clear that it will not.
    long opened = record.headComplete == 0 ? record.finished : record.headComplete;
    writeSender(record.wallMillis + Math.max(0, millis(opened, record.finished)));
    DownstreamConnection connection = record.connection;
    put(connection.clientIp());
    put(':');
    out.putDecimal(connection.client().getPort());
    put(" [");
    writeBegan(record.wallMillis - Math.max(0, millis(record.headStarted, opened)));
    put("] ");
    put(connection.listener());
    put(connection.tls() == null ? " " : "~ ");
    put(record.pool == null ? connection.listener() : record.pool);
    put('/');
    put(record.server == null ? "<NOSRV>" : record.server);
    writeTimers(record);
    writeEnd(record);
    writeCounts(record);
    writeRequest(record);
  }

  @Override
  public void appendDropped(long count, long wallMillis) {
    writeSender(wallMillis);
    out.putDecimal(count);
    put(" records were dropped\n");
  }

  private void writeSender(long wallMillis) {
    if (sender != null) {
      ended.write(wallMillis, out);
      put(' ');
      put(sender);
      put(' ');
    }
  }

  private void writeBegan(long wallMillis) {
    began.write(wallMillis, out);
    long millis = Math.floorMod(wallMillis, 1000L);
    put('.');
    put((char) ('0' + millis / 100));
    put((char) ('0' + millis / 10 % 10));
    put((char) ('0' + millis % 10));
  }

  /** TR/Tw/Tc/Tr/Ta. */
  private void writeTimers(ExchangeRecord record) {
    put(' ');
    out.putDecimal(millis(record.headStarted, record.headComplete));
    put('/');
    out.putDecimal(millis(record.headComplete, record.queueLeft()));
    put('/');
    out.putDecimal(millis(record.picked, record.connected));
    put('/');
    out.putDecimal(millis(record.connected, record.responded));
    put('/');
    out.putDecimal(millis(record.headStarted, record.finished));
  }

  private static long millis(long from, long to) {
    return from == 0 || to == 0 ? -1 : Math.max(0, to - from) / 1_000_000;
  }

  private void writeEnd(ExchangeRecord record) {
    put(' ');
    out.putDecimal(record.status == 0 ? -1 : record.status);
    put(' ');
    out.putDecimal(record.bytesSent);
    put(" - - ");
    put(record.party.letter());
    put(record.phase.letter());
    put("-- ");
  }

  /** actconn/feconn/beconn/srv_conn/retries srv_queue/backend_queue. */
  private void writeCounts(ExchangeRecord record) {
    put("0/0/0/0/");
    if (record.changedServer) {
      put('+');
    }
    out.putDecimal(Math.max(0, record.attempts - 1));
    put(" 0/");
    out.putDecimal(record.queuePlace);
  }

  /** In HTTP/2 the target is a whole URI, as HAProxy has it since 2.2. */
  private void writeRequest(ExchangeRecord record) {
    put(" \"");
    if (record.method.isEmpty()) {
      put("<BADREQ>");
    } else {
      putEncoded(record.method);
      put(' ');
      boolean second = record.version == HttpVersion.HTTP_2;
      if (second && record.target.startsWith("/")) {
        put(record.connection.scheme());
        put("://");
        putEncoded(record.authority);
      }
      putEncoded(redaction.of(record.target));
      put(' ');
      put(record.version.label());
      put(second ? ".0" : "");
    }
    put("\"\n");
  }

  /** As HAProxy writes it: what would end the text or the line, or reach a terminal, as #XX. */
  private void putEncoded(AsciiString text) {
    out.room(3 * text.length());
    for (int i = 0; i < text.length(); i++) {
      byte b = text.byteAt(i);
      if (b < ' ' || b == 0x7F || b == '"' || b == '#') {
        put('#');
        out.put(HEX[(b >> 4) & 0xF]);
        out.put(HEX[b & 0xF]);
      } else {
        out.put(b);
      }
    }
  }

  private void put(AsciiString ascii) {
    out.write(ascii.array(), ascii.arrayOffset(), ascii.length());
  }

  private void put(String ascii) {
    for (int i = 0; i < ascii.length(); i++) {
      put(ascii.charAt(i));
    }
  }

  private void put(char ascii) {
    out.put((byte) ascii);
  }
}
