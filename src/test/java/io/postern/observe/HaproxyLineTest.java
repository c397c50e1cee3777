package io.postern.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import io.postern.fault.Party;
import io.postern.fault.Phase;
import io.postern.http.HttpVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;

class HaproxyLineTest {

  private static final ZoneId ZONE = ZoneId.of("Asia/Kolkata");

  private final LineBuffer buffer = new LineBuffer(16);
  private final Redaction redaction = new Redaction(List.of("c"));
  private final HaproxyLine line = new HaproxyLine(buffer, redaction, null, ZONE);

  @Test
  void everythingIsInItsPlace() throws IOException {
    assertThat(text(line, Records.full()))
        .isEqualTo(
            "192.0.2.7:50000 [23/Nov/2026:19:02:04.055] edge~ store/10.1.0.10:8080"
                + " 2/5/10/100/1117 502 17 - - SD-- 0/0/0/0/1 0/0"
                + " \"PUT https://api.example.com:8443/a/b?c=*** HTTP/2.0\"\n");
  }

  @Test
  void inAFileTimeAndSenderStandBefore() throws IOException {
    HaproxyLine filed = new HaproxyLine(buffer, redaction, "proxy-1 postern[17]:", ZONE);

    assertThat(text(filed, Records.full()))
        .as("the time of its end")
        .startsWith("Nov 23 19:02:05 proxy-1 postern[17]: 192.0.2.7:50000 [23/Nov");
    filed.appendDropped(17, Records.WALL_MILLIS - 20L * 24 * 60 * 60 * 1000);
    assertThat(taken()).isEqualTo("Nov  3 19:02:04 proxy-1 postern[17]: 17 records were dropped\n");
  }

  @Test
  void whatWasNoRequestHasNoTimersAndNoServer() throws IOException {
    ExchangeRecord record = Records.bare();
    record.status = 408;
    record.party = Party.CLIENT_TIMEOUT;
    record.phase = Phase.REQUEST;
    record.headStarted = 1_000_000;
    record.finished = 2_001_000_000;

    assertThat(text(line, record))
        .isEqualTo(
            "192.0.2.7:50000 [23/Nov/2026:19:02:02.057] edge edge/<NOSRV> -1/-1/-1/-1/2000 408 0"
                + " - - cR-- 0/0/0/0/0 0/0 \"<BADREQ>\"\n");
  }

  @Test
  void aRequestThatLeftTheQueueUnserved() throws IOException {
    ExchangeRecord record = Records.bare();
    record.method = new AsciiString("GET");
    record.target = new AsciiString("/q");
    record.pool = "store";
    record.status = 503;
    record.queuePlace = 3;
    record.headStarted = 1_000_000;
    record.headComplete = 1_000_000;
    record.finished = 303_000_000;

    assertThat(text(line, record))
        .contains(" edge store/<NOSRV> 0/302/-1/-1/302 503 ")
        .endsWith(" 0/0/0/0/0 0/3 \"GET /q HTTP/1.1\"\n");
  }

  @Test
  void aRetryAtAnotherServerHasAPlus() throws IOException {
    ExchangeRecord record = Records.bare();
    record.connecting("a:1", 0, 1);
    record.connecting("a:1", 0, 2);
    assertThat(text(line, record)).contains(" 0/0/0/0/1 0/0 ");

    record.connecting("b:1", 1, 3);
    assertThat(text(line, record)).contains(" 0/0/0/0/+2 0/0 ");
  }

  @Test
  void noStatusIsMinusOne() throws IOException {
    assertThat(text(line, Records.bare())).contains(" -1 0 - - ");
  }

  @Test
  void whatAClientChoosesCannotBreakTheLineNorReachATerminal() throws IOException {
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    ExchangeRecord record = Records.bare();
    record.version = HttpVersion.HTTP_2;
    record.method = new AsciiString("G\"T");
    record.authority = new AsciiString("a\r\nb");
    record.target = new AsciiString("/" + new AsciiString(all));

    String text = text(line, record);

    assertThat(text).endsWith("\"\n").containsOnlyOnce("\n");
    assertThat(text.strip().chars()).allMatch(c -> c >= 0x20 && c < 0x7F);
    assertThat(text)
        .contains("\"G#22T http://a#0D#0Ab/#00#01#02")
        .contains("#1F !#22#23$%&'()*+")
        .contains("z{|}~#7F#80#81")
        .contains("#FE#FF HTTP/2.0\"");
  }

  private String text(HaproxyLine line, ExchangeRecord record) throws IOException {
    line.append(record);
    return taken();
  }

  private String taken() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    buffer.writeTo(bytes);
    buffer.truncate(0);
    return bytes.toString(StandardCharsets.ISO_8859_1);
  }
}
