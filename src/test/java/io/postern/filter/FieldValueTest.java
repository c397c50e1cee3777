package io.postern.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.AsciiString;
import io.postern.config.Template;
import io.postern.config.Template.Text;
import io.postern.config.Variable;
import io.postern.http.DownstreamConnection;
import io.postern.http.DownstreamConnection.TlsSession;
import io.postern.observe.ExchangeRecord;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What variables stand for, whatever a client sent. */
class FieldValueTest {

  private static ExchangeRecord record(@Nullable TlsSession tls) {
    return new ExchangeRecord(
        new DownstreamConnection(
            new EmbeddedChannel().eventLoop(),
            "edge",
            new InetSocketAddress("192.0.2.7", 50_000),
            new InetSocketAddress("192.0.2.1", 443),
            new AsciiString("192.0.2.7"),
            null,
            null,
            tls,
            new EmbeddedChannel().closeFuture()),
        0);
  }

  private static @Nullable String value(ExchangeRecord record, Template.Part... parts) {
    AsciiString value = FieldValue.compile(new Template(List.of(parts))).of(record);
    return value == null ? null : value.toString();
  }

  @ParameterizedTest
  @EnumSource
  void noByteBreaksAField(Variable variable) {
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    AsciiString bytes = new AsciiString(all);
    String text = new String(all, StandardCharsets.ISO_8859_1);
    ExchangeRecord record =
        record(
            new TlsSession(
                text, text, text, text, text, false, () -> bytes, null, false, _ -> true));
    record.authority = bytes;
    record.target = bytes;
    record.method = bytes;
    record.requestId = bytes;
    record.route = text;
    record.pool = text;
    record.server = text;
    String value = value(record, new Text("<"), variable, new Text(">"));
    assertThat(value == null ? "" : value).matches("[!-~]*");
  }

  @Test
  void hostWithoutPortAndPathWithoutQuery() {
    ExchangeRecord record = record(null);
    record.authority = new AsciiString("[2001:db8::1]:8443");
    record.target = new AsciiString("/a?b?c");
    Text blank = new Text(" ");
    assertThat(value(record, Variable.HOST, blank, Variable.PATH, blank, Variable.QUERY))
        .isEqualTo("[2001:db8::1] /a b?c");
    record.authority = new AsciiString("[2001:db8::1]");
    record.target = new AsciiString("/a");
    assertThat(value(record, Variable.HOST, Variable.PATH, Variable.QUERY))
        .isEqualTo("[2001:db8::1]/a");
  }

  @Test
  void nothingWhereNoVariableIsKnown() {
    Text at = new Text(" at ");
    assertThat(value(record(null), Variable.TENANT, at, Variable.TLS_SNI)).isNull();
    assertThat(value(record(null), Variable.TENANT, at, Variable.LISTENER)).isEqualTo("at edge");
    assertThat(value(record(null), new Text("fixed"))).isEqualTo("fixed");
    assertThat(value(record(null))).isEqualTo("");
  }
}
