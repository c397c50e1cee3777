package io.postern.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.postern.fault.FaultException;
import io.postern.testkit.Corpus;
import io.postern.testkit.Pieces;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RequestHeadParserTest {

  static List<Corpus.Case> refused() {
    return Corpus.read("requests-refused.txt");
  }

  static List<Corpus.Case> accepted() {
    return Corpus.read("requests-accepted.txt");
  }

  @ParameterizedTest
  @MethodSource({"refused", "accepted"})
  void meetsTheSameEndHoweverItComes(Corpus.Case request) {
    for (int[] ends : Pieces.waysOf(request.bytes().length)) {
      request.check(HeadText.ofRequest(request.bytes(), ends), ends);
    }
  }

  @Test
  void readsOneRequestAfterAnother() {
    ByteBuf in =
        buffer("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n\r\nPOST /2 HTTP/1.1\r\nhost: b\r\n\r\nGET /3");
    RequestHeadParser parser = new RequestHeadParser(1024, 20);
    RequestHead first = requireNonNull(parser.parse(in));
    assertThat(first.target().toString()).isEqualTo("/1");
    assertThat((Object) first.method()).isSameAs(Methods.GET);
    RequestHead second = requireNonNull(parser.parse(in));
    assertThat(second.target().toString()).isEqualTo("/2");
    assertThat(second.host().toString()).isEqualTo("b");
    assertThat((Object) second.method()).isSameAs(Methods.POST);
    assertThat(first.host().toString()).isEqualTo("a");
    assertThat(parser.parse(in)).isNull();
    assertThat(in.toString(StandardCharsets.US_ASCII)).isEqualTo("GET /3");
  }

  @Test
  void countsLimitsForEachHeadByItself() {
    RequestHeadParser parser = new RequestHeadParser(64, 3);
    String head = "GET / HTTP/1.1\r\nHost: a\r\nb: 1\r\nc: 2\r\n\r\n";
    ByteBuf in = buffer(head.repeat(5));
    for (int i = 0; i < 5; i++) {
      assertThat(requireNonNull(parser.parse(in)).fields().size()).isEqualTo(2);
    }
  }

  @Test
  void hasStartedWithTheFirstByteOfTheRequest() {
    RequestHeadParser parser = new RequestHeadParser(1024, 20);
    ByteBuf in = buffer("");
    assertThat(parser.parse(in)).isNull();
    assertThat(parser.started()).isFalse();
    parser.parse(in.writeByte('\r'));
    parser.parse(in.writeByte('\n'));
    assertThat(in.isReadable()).isFalse();
    assertThat(parser.started()).isFalse();
    parser.parse(in.writeByte('G'));
    assertThat(parser.started()).isTrue();
    ByteBufUtil.writeAscii(in, "ET / HTTP/1.1\r\nHost: a\r\n\r\n");
    assertThat(parser.parse(in)).isNotNull();
    assertThat(parser.started()).isFalse();
  }

  @Test
  void makesKnownNamesOneObject() {
    RequestHead head = parse("GET / HTTP/1.1\r\nHOST: a\r\nACCEPT: x\r\nx-own: y\r\n\r\n");
    assertThat((Object) head.fields().name(0)).isSameAs(FieldNames.ACCEPT);
    assertThat(requireNonNull(head.fields().get(FieldNames.ACCEPT)).toString()).isEqualTo("x");
  }

  @Test
  void copiesTheHeadOnceAndThePathNotAtAll() {
    RequestHead head = parse("GET /a/b?c HTTP/1.1\r\nHost: a.b:80\r\nX: y\r\n\r\n");
    byte[] bytes = head.target().array();
    assertThat(head.path().array()).isSameAs(bytes);
    assertThat(head.query().array()).isSameAs(bytes);
    assertThat(head.authority().array()).isSameAs(bytes);
    assertThat(head.host().array()).isSameAs(bytes);
    assertThat(head.fields().value(0).array()).isSameAs(bytes);
  }

  @Test
  void namesTheOffenceWithoutItsControls() {
    assertThatThrownBy(() -> parse("GET / HTTP/1.1\r\nHost: a\r\nX: a\u001b[0m\r\n\r\n"))
        .isInstanceOf(FaultException.class)
        .hasMessage("malformed-request: the byte 0x1b in a field");
    assertThatThrownBy(() -> parse("GET / HTTP/1.1\r\nHost: a\u00e9'\\\r\n\r\n"))
        .hasMessage("malformed-request: not a host: 'a\\xe9\\x27\\x5c'");
    assertThatThrownBy(() -> parse("GET / HTTP/1.1\nHost: a\r\n\r\n"))
        .hasMessageContaining("a line feed without a carriage return in the request line");
    assertThatThrownBy(() -> parse("GET /" + "%".repeat(100) + " HTTP/1.1\r\n"))
        .hasMessageContaining("an escape that is none in '/%%")
        .hasMessageEndingWith("%…'");
    assertThatThrownBy(() -> parse("GET / HTTP/1.1\r\nX : y\r\n"))
        .hasMessageContaining("white space before the colon of 'x '");
  }

  private static RequestHead parse(String text) {
    return requireNonNull(new RequestHeadParser(1024, 20).parse(buffer(text)));
  }

  private static ByteBuf buffer(String text) {
    return Unpooled.buffer().writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
