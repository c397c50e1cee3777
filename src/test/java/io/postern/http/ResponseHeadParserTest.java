package io.postern.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.postern.testkit.Corpus;
import io.postern.testkit.Pieces;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ResponseHeadParserTest {

  static List<Corpus.Case> refused() {
    return Corpus.read("responses-refused.txt");
  }

  static List<Corpus.Case> accepted() {
    return Corpus.read("responses-accepted.txt");
  }

  @ParameterizedTest
  @MethodSource({"refused", "accepted"})
  void meetsTheSameEndHoweverItComes(Corpus.Case response) {
    for (int[] ends : Pieces.waysOf(response.bytes().length)) {
      response.check(HeadText.ofResponse(response.bytes(), ends, response.options()), ends);
    }
  }

  @Test
  void readsTheFinalHeadBehindInformationalOnes() {
    String text =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n"
            + "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc";
    ByteBuf in = Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII);
    ResponseHeadParser parser = new ResponseHeadParser(1024, 20);
    assertThat(parser.parse(in, false, null))
        .matches(ResponseHead::isInformational)
        .extracting(ResponseHead::status)
        .isEqualTo(100);
    assertThat(parser.parse(in, false, null)).extracting(ResponseHead::status).isEqualTo(103);
    assertThat(parser.parse(in, false, null)).extracting(ResponseHead::status).isEqualTo(200);
    assertThat(parser.framing()).isEqualTo(Framing.LENGTH);
    assertThat(parser.keepAlive()).isTrue();
    assertThat(in.toString(StandardCharsets.US_ASCII)).isEqualTo("abc");
  }
}
