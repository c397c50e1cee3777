package io.postern.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import io.postern.testkit.FuzzInput;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as the head of a response to a GET, a HEAD, and a request that would upgrade. */
class ResponseHeadFuzzTest {

  static Stream<byte[]> corpus() {
    return FuzzInput.of("responses-accepted.txt", "responses-refused.txt")
        .filter(input -> input.length < 1024);
  }

  @MethodSource("corpus")
  @FuzzTest
  void anyBytes(byte[] input) {
    for (String asked : List.of("", "HEAD", "UPGRADE")) {
      List<String> lines =
          FuzzInput.however(input, (bytes, ends) -> HeadText.ofResponse(bytes, ends, asked));
      if (lines.size() > 1) {
        passesOn(FuzzInput.bytes(input), asked);
      }
    }
  }

  private static void passesOn(byte[] bytes, String asked) {
    ResponseHead head = parse(bytes, asked);
    ResponseHead again = parse(Rewritten.response(head), asked);
    assertThat(again.status()).isEqualTo(head.status());
    assertThat((Object) again.upgrade()).isEqualTo(head.upgrade());
    assertThat(again.hasContent()).isEqualTo(head.hasContent());
    assertThat(again.contentLength()).isEqualTo(head.contentLength());
    assertThat(withoutUpgrade(again)).isEqualTo(withoutUpgrade(head));
  }

  private static String withoutUpgrade(ResponseHead head) {
    head.fields().remove(FieldNames.CONNECTION).remove(FieldNames.UPGRADE);
    return head.fields().toString();
  }

  private static ResponseHead parse(byte[] bytes, String asked) {
    AsciiString upgrade = asked.equals("UPGRADE") ? new AsciiString("websocket") : null;
    return requireNonNull(
        new ResponseHeadParser(128 * 1024, 400)
            .parse(Unpooled.wrappedBuffer(bytes), asked.equals("HEAD"), upgrade));
  }
}
