package io.postern.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.util.AsciiString;
import io.postern.config.AccessLogConfig;
import io.postern.config.Configs;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.http.DownstreamConnection;
import io.postern.http.DownstreamConnection.TlsSession;
import io.postern.http.GrpcStatus;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class JsonLineTest {

  private final LineBuffer buffer = new LineBuffer(16);
  private final AccessLine line = AccessLine.of(Configs.accessLog("")).apply(buffer);

  @Test
  void everyFieldIsThereInItsPlace() throws IOException {
    assertThat(text(Records.full()))
        .isEqualTo(
            """
            {"time":"2026-11-23T13:32:04.057Z","client":"192.0.2.7","clientPort":50000,\
            "vpce":"vpce-08d2bf15fac5001c9","tenant":"acme",\
            "listener":"edge","sni":"api.example.com","tlsVersion":"TLSv1.3",\
            "tlsCipher":"TLS_AES_128_GCM_SHA256","tlsGroup":"X25519MLKEM768",\
            "ja4":"t13d1516h2_8daaf6152771_e5627efa2ab1",\
            "requestId":"0123456789abcdef0123456789abcdef",\
            "protocol":"HTTP/2","method":"PUT",\
            "authority":"api.example.com:8443","path":"/a/b?c=d","status":502,\
            "bytesReceived":5000000000,"bytesSent":17,"route":"uploads","pool":"store",\
            "server":"10.1.0.10:8080","attempts":2,\
            "Tq":2,"Tw":5,"Tc":10,"Tr":100,"Td":1000,"Ta":1117,\
            "termination":"SD","cause":"server-reset: Connection reset"}
            """);
  }

  @Test
  void whatIsNotKnownIsLeftOutAndTimersThatWereNotReachedAreMinusOne() throws IOException {
    assertThat(text(Records.bare()))
        .isEqualTo(
            """
            {"time":"2026-11-23T13:32:04.057Z","client":"192.0.2.7","clientPort":50000,\
            "listener":"edge","protocol":"HTTP/1.1","method":"","authority":"","path":"",\
            "status":0,"bytesReceived":0,"bytesSent":0,"attempts":0,\
            "Tq":-1,"Tw":-1,"Tc":-1,"Tr":-1,"Td":-1,"Ta":-1,"termination":"--"}
            """);
  }

  @Test
  void aGrpcCallHasTheCodeOfItsStatus() throws IOException {
    ExchangeRecord record = Records.full();
    record.grpcStatus = GrpcStatus.UNAVAILABLE;

    assertThat(text(record)).contains("\"status\":502,\"grpcStatus\":14,\"bytesReceived\"");
  }

  @Test
  void theProtocolOfATunnel() throws IOException {
    ExchangeRecord record = Records.full();
    record.upgrade = new AsciiString("websocket");

    assertThat(json(record).get("upgrade").asText()).isEqualTo("websocket");
  }

  @Test
  void aTimerNeedsBothOfItsEnds() throws IOException {
    ExchangeRecord record = Records.full();
    record.connected = 0;
    record.responded = 0;

    JsonNode json = json(record);

    assertThat(json.get("Tw").asLong()).isEqualTo(5);
    assertThat(json.get("Tc").asLong()).isEqualTo(-1);
    assertThat(json.get("Tr").asLong()).isEqualTo(-1);
    assertThat(json.get("Td").asLong()).isEqualTo(-1);
    assertThat(json.get("Ta").asLong()).isEqualTo(1117);
  }

  @Test
  void aResponseThatOvertookItsRequestTakesNoTimeRatherThanLessThanNone() throws IOException {
    ExchangeRecord record = Records.full();
    record.responded = record.connected - 5_000_000;

    assertThat(json(record).get("Tr").asLong()).isZero();
  }

  private static TlsSession hostile() {
    return new TlsSession(
        "\u2028\u202e\ud800\"\n\u001b[2J",
        "v",
        "c",
        null,
        null,
        false,
        null,
        null,
        false,
        _ -> true);
  }

  @Test
  void whatAClientChoosesCannotBreakTheLineNorReachATerminal() throws IOException {
    byte[] all = new byte[256];
    StringBuilder latin1 = new StringBuilder();
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
      latin1.append((char) i);
    }
    ExchangeRecord hostile = new ExchangeRecord(Records.connection(hostile()), Records.WALL_MILLIS);
    hostile.method = new AsciiString(all);
    hostile.authority = new AsciiString("x\"},{\"status\":200,\"y\":\"\r\n");
    hostile.target = new AsciiString(all, 0x7F, 2, true);
    hostile.fault = new Fault(Reason.BAD_RESPONSE, "\\\"\u0000\n\u007f");

    String text = text(hostile);

    assertThat(text).endsWith("}\n").containsOnlyOnce("\n");
    assertThat(text.strip().chars()).allMatch(c -> c >= 0x20 && c < 0x7F);
    JsonNode json = new ObjectMapper().readTree(text);
    assertThat(json.get("sni").asText()).startsWith("\u2028\u202e");
    assertThat(json.has("tlsGroup")).isFalse();
    assertThat(json.has("ja4")).isFalse();
    assertThat(json.get("method").asText()).isEqualTo(latin1.toString());
    assertThat(json.get("authority").asText()).isEqualTo("x\"},{\"status\":200,\"y\":\"\r\n");
    assertThat(json.get("path").asText()).isEqualTo("\u007f\u0080");
    assertThat(json.get("status").asInt()).isZero();
    assertThat(json.get("cause").asText()).isEqualTo("bad-response: \\\"\u0000\n\u007f");
  }

  /** Bytes are looked at by eight, and what is left of a text one by one. */
  @Test
  void noPlaceOfATextHidesWhatIsEscaped() throws IOException {
    for (int length : new int[] {1, 7, 8, 9, 16, 23}) {
      for (int at = 0; at < length; at++) {
        for (int value = 0; value < 256; value++) {
          byte[] bytes = "~".repeat(length).getBytes(StandardCharsets.US_ASCII);
          bytes[at] = (byte) value;
          ExchangeRecord record = Records.bare();
          record.target = new AsciiString(bytes);
          assertThat(json(record).get("path").asText())
              .isEqualTo(new String(bytes, StandardCharsets.ISO_8859_1));
        }
      }
    }
  }

  @Test
  void aConnectionIsToldOfTheSameInEachLine() throws IOException {
    ExchangeRecord record = Records.full();
    String first = text(record);

    assertThat(text(record)).isEqualTo(first);
    record.tenant = null;
    assertThat(text(record)).isEqualTo(first.replace("\"tenant\":\"acme\",", ""));
    DownstreamConnection others = Records.connection(null);
    while ((others.number() - record.connection.number()) % 4096 != 0) {
      others = Records.connection(null);
    }
    assertThat(text(new ExchangeRecord(others, Records.WALL_MILLIS))).doesNotContain("sni");
    assertThat(text(record)).contains("\"sni\":\"api.example.com\"");
  }

  @Test
  void aTargetOfAnyLengthIsWrittenWhole() throws IOException {
    ExchangeRecord record = Records.bare();
    record.target = new AsciiString("/" + "x\u0001".repeat(32 * 1024));

    assertThat(json(record).get("path").asText()).isEqualTo(record.target.toString());
  }

  @Test
  void timesFollowTheClockOverTheSecondAndBack() throws IOException {
    assertThat(timeAt(Records.WALL_MILLIS + 942)).isEqualTo("2026-11-23T13:32:04.999Z");
    assertThat(timeAt(Records.WALL_MILLIS + 943)).isEqualTo("2026-11-23T13:32:05.000Z");
    assertThat(timeAt(Records.WALL_MILLIS)).isEqualTo("2026-11-23T13:32:04.057Z");
    assertThat(timeAt(0)).isEqualTo("1970-01-01T00:00:00.000Z");
  }

  @Test
  void aGapIsToldInALineOfItsOwn() throws IOException {
    line.appendDropped(17, Records.WALL_MILLIS);

    assertThat(taken()).isEqualTo("{\"time\":\"2026-11-23T13:32:04.057Z\",\"dropped\":17}\n");
  }

  @Test
  void onlyTheFieldsThatAreAskedForAreThere() throws IOException {
    AccessLine few = line("fields: [Ta, status, path, vpce, termination]");
    assertThat(text(few, Records.full()))
        .as("in the order of all")
        .isEqualTo(
            """
            {"vpce":"vpce-08d2bf15fac5001c9","path":"/a/b?c=d","status":502,"Ta":1117,\
            "termination":"SD"}
            """);
    assertThat(text(line("fields: [upgrade]"), Records.full())).isEqualTo("{}\n");
  }

  @Test
  void everyFieldCanBeAskedForAlone() throws IOException {
    ExchangeRecord record = Records.full();
    JsonNode all = json(record);
    for (AccessLogConfig.Field field : AccessLogConfig.Field.values()) {
      String alone = text(line("fields: [" + field + "]"), record);
      JsonNode value = all.get(field.toString());
      assertThat(alone).isEqualTo(value == null ? "{}\n" : "{\"" + field + "\":" + value + "}\n");
    }
  }

  @Test
  void valuesOfTheQueryAreRedactedInPathAndCause() throws IOException {
    AccessLine redacting = line("redact: {query: [c]}");
    ExchangeRecord record = Records.full();
    record.fault = new Fault(Reason.BAD_TARGET, "no target: /?c=d");

    assertThat(text(redacting, record))
        .contains("\"path\":\"/a/b?c=***\"")
        .contains("\"cause\":\"bad-target: no target: /?c=***\"");
  }

  @Test
  void aGoodExchangeOfASampleSaysItsRateAndAFailedOneNothing() throws IOException {
    AccessLine sampled = line("sample: 25%");
    assertThat(text(sampled, Records.served()))
        .endsWith("\"termination\":\"--\",\"sampleRate\":0.25}\n");
    assertThat(text(sampled, Records.full())).doesNotContain("sampleRate");
    assertThat(text(line("sample: 1%, fields: [upgrade]"), Records.served()))
        .isEqualTo("{\"sampleRate\":0.01}\n");
  }

  private AccessLine line(String keys) {
    return AccessLine.of(Configs.accessLog(keys)).apply(buffer);
  }

  private String timeAt(long wallMillis) throws IOException {
    return json(new ExchangeRecord(Records.connection(null), wallMillis)).get("time").asText();
  }

  private JsonNode json(ExchangeRecord record) throws IOException {
    return new ObjectMapper().readTree(text(record));
  }

  private String text(ExchangeRecord record) throws IOException {
    return text(line, record);
  }

  private String text(AccessLine line, ExchangeRecord record) throws IOException {
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
