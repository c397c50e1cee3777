package io.postern.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.postern.fault.FaultException;
import io.postern.testkit.Corpus;
import io.postern.testkit.Field;
import io.postern.testkit.FuzzInput;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What Postern takes for a request, Netty's strict decoder takes for the same request: method,
 * target, fields, content, and where it ends. The other way round it need not be.
 *
 * <p>Known differences: of chunk extensions Netty refuses white space and bytes beyond ASCII, which
 * RFC 9112 §7.1.1 allows; they end here, and no server sees them.
 */
class RequestDifferenceFuzzTest {

  private static final String CHUNKED =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  private static final byte[] NEXT = "GET /next HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(US_ASCII);
  private static final Set<String> TAKEN_OUT =
      Set.of("host", "content-length", "transfer-encoding");

  /** A whole request: its head, its content, and its bytes. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Whole(RequestHead head, @Nullable ContentText content, byte[] bytes) {

    /** Whether a line before a chunk may have any. */
    boolean hasExtensions() {
      return content != null && new String(bytes, ISO_8859_1).indexOf(';', headSize()) > 0;
    }

    private int headSize() {
      return new String(bytes, ISO_8859_1).indexOf("\r\n\r\n", 1);
    }
  }

  static Stream<byte[]> corpus() {
    Stream<byte[]> content =
        Stream.of("content-accepted.txt", "content-refused.txt")
            .flatMap(file -> Corpus.read(file).stream())
            .filter(each -> each.bytes().length < 1024)
            .map(each -> (CHUNKED + new String(each.bytes(), ISO_8859_1)).getBytes(ISO_8859_1));
    return Stream.concat(
        FuzzInput.of("requests-accepted.txt", "requests-refused.txt").map(FuzzInput::bytes),
        content);
  }

  @MethodSource("corpus")
  @FuzzTest
  void anyBytes(byte[] input) {
    Whole ours = ours(input);
    if (ours == null) {
      return;
    }
    byte[] two = ByteBufUtil.getBytes(Unpooled.wrappedBuffer(ours.bytes(), NEXT));
    List<NettyRequest> theirs = NettyRequest.all(two);
    String what = Corpus.escape(ours.bytes());
    if (theirs.size() < 2 && ours.hasExtensions()) {
      return;
    }
    assertThat(theirs).as(what).hasSize(2);
    assertThat(theirs.getLast().uri()).as(what).isEqualTo("/next");
    assertThat(theirs.getFirst().isWhole()).as(what).isTrue();
    compare(ours, theirs.getFirst(), what);
  }

  private static void compare(Whole ours, NettyRequest theirs, String what) {
    RequestHead head = ours.head();
    assertThat(theirs.method()).as(what).isEqualTo(head.method().toString());
    if (theirs.uri().startsWith("/")) {
      assertThat(theirs.uri()).as(what).isEqualTo(head.target().toString());
    }
    assertThat(theirs.fields().stream().filter(f -> !TAKEN_OUT.contains(f.name())))
        .as(what)
        .containsExactlyElementsOf(fields(head.fields()));
    ContentText content = ours.content();
    if (content != null) {
      assertThat(theirs.content()).as(what).isEqualTo(new String(content.content(), ISO_8859_1));
      assertThat(theirs.trailers()).as(what).containsAll(fields(content.trailers()));
    }
  }

  private static List<Field> fields(Fields fields) {
    List<Field> list = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      list.add(new Field(fields.name(i).toString(), fields.value(i).toString()));
    }
    return list;
  }

  private static @Nullable Whole ours(byte[] input) {
    RequestHeadParser parser = new RequestHeadParser(4096, 100);
    ByteBuf in = Unpooled.wrappedBuffer(input);
    try {
      RequestHead head = parser.parse(in);
      ContentText content = null;
      if (head == null) {
        return null;
      }
      HeadText.LISTENER.admit(head);
      if (parser.framing() == Framing.LENGTH) {
        if (in.readableBytes() < head.contentLength()) {
          return null;
        }
        in.skipBytes((int) head.contentLength());
      } else if (parser.framing() == Framing.CHUNKED) {
        content = ContentText.read(in);
        if (!content.isWhole()) {
          return null;
        }
      }
      return new Whole(head, content, Arrays.copyOf(input, in.readerIndex()));
    } catch (FaultException refused) {
      return null;
    }
  }
}
