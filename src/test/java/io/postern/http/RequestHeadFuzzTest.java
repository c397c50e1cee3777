package io.postern.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.Unpooled;
import io.postern.testkit.CanonicalReader;
import io.postern.testkit.FuzzInput;
import io.postern.testkit.Recorded;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes as the head of a request: a head or a fault comes of them, the same however they are
 * cut. A head is sent on in the one form, and understood there as it was here.
 */
class RequestHeadFuzzTest {

  static Stream<byte[]> corpus() {
    return FuzzInput.of("requests-accepted.txt", "requests-refused.txt");
  }

  @MethodSource("corpus")
  @FuzzTest
  void anyBytes(byte[] input) {
    List<String> lines = FuzzInput.however(input, HeadText::ofRequest);
    RequestHead head = lines.size() > 1 || lines.getFirst().contains(" ") ? parse(input) : null;
    if (head == null) {
      return;
    }
    byte[] sent = Rewritten.request(head);
    if (!head.authority().isEmpty()) { // else Host is empty (RFC 9112 §3.2), and not for us
      RequestHeadParser parser = new RequestHeadParser(8192, 40);
      RequestHead again = requireNonNull(parser.parse(Unpooled.wrappedBuffer(sent)));
      assertThat(meaning(again)).isEqualTo(meaning(head));
    }
    if (!head.hasContent()) {
      Recorded request = CanonicalReader.only(sent);
      assertThat(request.startLine()).isEqualTo(head.method() + " " + head.target() + " HTTP/1.1");
    }
  }

  private static @Nullable RequestHead parse(byte[] input) {
    RequestHeadParser parser = new RequestHeadParser(1024, 20);
    return parser.parse(Unpooled.wrappedBuffer(FuzzInput.bytes(input)));
  }

  /** All but the version, which is ours, and the fields that say who upgrades. */
  private static List<Object> meaning(RequestHead head) {
    Fields fields = new Fields(8);
    for (int i = 0; i < head.fields().size(); i++) {
      if (!List.of("te", "connection", "upgrade").contains(head.fields().name(i).toString())) {
        fields.add(head.fields().name(i), head.fields().value(i));
      }
    }
    return List.of(
        head.method(),
        head.authority(),
        head.target(),
        head.host(),
        head.path(),
        head.query(),
        head.contentLength(),
        head.hasContent(),
        head.upgrade() == null ? "" : head.upgrade(),
        fields.toString());
  }
}
