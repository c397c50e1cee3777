package io.postern.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import io.postern.fault.FaultException;
import io.postern.testkit.CanonicalReader;
import io.postern.testkit.Corpus;
import io.postern.testkit.Field;
import io.postern.testkit.FrameText;
import io.postern.testkit.Recorded;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any names and values as a field block of HTTP/2, behind its compression: what is understood as a
 * request, or as trailers, goes to HTTP/1.1 in the one form, and to HTTP/2 as it was.
 *
 * <p>In the bytes 0x1e stands between fields and 0x1f between name and value: neither may stand in
 * a field.
 */
class Http2BlockFuzzTest {

  private static final String HEAD =
      "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n";

  private static final int MOST = 4096;
  private static final int MOST_FIELDS = 40;

  static Stream<byte[]> corpus() {
    return Stream.of(
            "h2-requests-accepted.txt", "h2-requests-refused.txt", "h2-responses-refused.txt")
        .flatMap(file -> Corpus.read(file).stream())
        .flatMap(each -> each.lines().stream())
        .filter(line -> line.startsWith("HEADERS") && line.contains(" ") && line.length() < 1024)
        .map(line -> bytes(FrameText.fields(line.substring(line.indexOf(' ') + 1))));
  }

  private static byte[] bytes(List<Field> fields) {
    return fields.stream()
        .map(field -> field.name() + "\u001f" + field.value())
        .collect(Collectors.joining("\u001e"))
        .getBytes(ISO_8859_1);
  }

  @MethodSource("corpus")
  @FuzzTest
  void anyBytes(byte[] input) {
    List<Field> fields = fields(new String(input, ISO_8859_1));
    asRequest(fields);
    asResponse(fields);
    asTrailers(fields);
  }

  private static void asRequest(List<Field> fields) {
    RequestHead head;
    try {
      head = HeadText.LISTENER.admit(block(Refusal.OF_REQUEST, fields).toRequestHead(true));
    } catch (FaultException refused) {
      return;
    }
    if (head.contentLength() > 0) {
      return; // and no content comes, which the stream finds out
    }
    Recorded request = CanonicalReader.only(Rewritten.request(head));
    assertThat(request.startLine()).isEqualTo(head.method() + " " + head.target() + " HTTP/1.1");
    assertThat(Field.values(request.fields(), "host")).containsExactly("" + head.authority());
    List<Field> written = fields(Http2OutgoingBlock.of(head, AsciiString.of("https")));
    // With the fields that we have added it may be larger than it came.
    Http2IncomingBlock larger =
        new Http2IncomingBlock(Refusal.OF_REQUEST, 2 * MOST, 2 * MOST_FIELDS);
    RequestHead again = filled(larger, written).toRequestHead(true);
    assertThat(again.target().toString()).isEqualTo(head.target().toString());
    assertThat(again.authority().toString()).isEqualTo(head.authority().toString());
  }

  private static void asResponse(List<Field> fields) {
    try {
      ResponseHead head = block(Refusal.OF_RESPONSE, fields).toResponseHead(false, false);
      byte[] sent = Rewritten.response(head);
      ResponseHeadParser parser = new ResponseHeadParser(MOST, MOST_FIELDS);
      assertThat(parser.parse(Unpooled.wrappedBuffer(sent), false, null))
          .isNotNull()
          .extracting(ResponseHead::status)
          .isEqualTo(head.status());
    } catch (FaultException refused) {
      assertThat(refused.fault().reason().label()).isEqualTo("bad-response");
    }
  }

  private static void asTrailers(List<Field> fields) {
    try {
      Fields trailers = block(Refusal.OF_REQUEST, fields).toTrailers();
      byte[] sent = Rewritten.content(new byte[0], trailers);
      byte[] head = HEAD.getBytes(US_ASCII);
      Recorded request =
          CanonicalReader.only(ByteBufUtil.getBytes(Unpooled.wrappedBuffer(head, sent)));
      assertThat(request.trailers()).hasSize(trailers.size());
    } catch (FaultException refused) {
      assertThat(refused.fault().reason()).isNotNull();
    }
  }

  private static Http2IncomingBlock block(Refusal refusal, List<Field> fields) {
    return filled(new Http2IncomingBlock(refusal, MOST, MOST_FIELDS), fields);
  }

  private static Http2IncomingBlock filled(Http2IncomingBlock block, List<Field> fields) {
    fields.forEach(f -> block.add(new AsciiString(f.name()), new AsciiString(f.value())));
    return block;
  }

  private static List<Field> fields(String text) {
    List<Field> fields = new ArrayList<>();
    for (String field : text.isEmpty() ? new String[0] : text.split("\u001e", -1)) {
      int end = field.indexOf('\u001f');
      fields.add(
          end < 0
              ? new Field(field, "")
              : new Field(field.substring(0, end), field.substring(end + 1)));
    }
    return fields;
  }

  private static List<Field> fields(Http2OutgoingBlock block) {
    List<Field> fields = new ArrayList<>();
    block.forEach(e -> fields.add(new Field(e.getKey().toString(), e.getValue().toString())));
    return fields;
  }
}
