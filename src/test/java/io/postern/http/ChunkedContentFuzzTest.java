package io.postern.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.postern.testkit.CanonicalReader;
import io.postern.testkit.FuzzInput;
import io.postern.testkit.Recorded;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes as content in chunks: content or a fault comes of them, the same however they are cut,
 * and what is whole is sent on in the one form.
 */
class ChunkedContentFuzzTest {

  private static final byte[] HEAD =
      "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n".getBytes(US_ASCII);

  static Stream<byte[]> corpus() {
    return FuzzInput.of("content-accepted.txt", "content-refused.txt")
        .filter(input -> input.length < 1024);
  }

  @MethodSource("corpus")
  @FuzzTest
  void anyBytes(byte[] input) {
    ContentText came = FuzzInput.however(input, ContentText::of);
    if (came.isWhole()) {
      byte[] sent = Rewritten.content(came.content(), came.trailers());
      Recorded request =
          CanonicalReader.only(ByteBufUtil.getBytes(Unpooled.wrappedBuffer(HEAD, sent)));
      assertThat(request.content()).isEqualTo(new String(came.content(), ISO_8859_1));
      assertThat(request.trailers()).hasSize(came.trailers().size());
      assertThat(ContentText.of(sent, new int[] {sent.length})).isEqualTo(came);
    }
  }
}
