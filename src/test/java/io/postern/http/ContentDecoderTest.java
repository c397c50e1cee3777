package io.postern.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.postern.fault.FaultException;
import io.postern.testkit.Corpus;
import io.postern.testkit.Pieces;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ContentDecoderTest {

  /** Writes down what it is told, and releases every piece. */
  private static final class Notes implements ContentListener {

    private final ByteArrayOutputStream content = new ByteArrayOutputStream();
    private final List<String> calls = new ArrayList<>();
    private final List<String> ends = new ArrayList<>();

    @Override
    public void onContent(ByteBuf piece, boolean last) {
      byte[] bytes = ByteBufUtil.getBytes(piece);
      piece.release();
      assertThat(ends).as("calls behind the end").isEmpty();
      assertThat(bytes.length > 0 || last).as("an empty piece is the last").isTrue();
      content.writeBytes(bytes);
      calls.add(Corpus.escape(bytes) + (last ? "." : ""));
      if (last) {
        ends.add("last");
      }
    }

    @Override
    public void onTrailers(Fields trailers) {
      assertThat(ends).as("calls behind the end").isEmpty();
      assertThat(trailers.isEmpty()).isFalse();
      for (int i = 0; i < trailers.size(); i++) {
        ends.add(("trailer " + trailers.name(i) + ": " + trailers.value(i)).stripTrailing());
      }
    }
  }

  static List<Corpus.Case> refused() {
    return Corpus.read("content-refused.txt");
  }

  static List<Corpus.Case> accepted() {
    return Corpus.read("content-accepted.txt");
  }

  @ParameterizedTest
  @MethodSource({"refused", "accepted"})
  void meetsTheSameEndHoweverItComes(Corpus.Case content) {
    for (int[] ends : Pieces.waysOf(Math.max(1, content.bytes().length))) {
      int[] real = content.bytes().length == 0 ? new int[] {0} : ends;
      content.check(outcome(content, real), real);
    }
  }

  private static List<String> outcome(Corpus.Case content, int[] ends) {
    ContentDecoder decoder = new ContentDecoder(Refusal.OF_CONTENT);
    String[] options =
        (content.options().isEmpty() ? "CHUNKED -1" : content.options()).split(" ", 2);
    decoder.start(Framing.valueOf(options[0]), Long.parseLong(options[1]));
    Notes notes = new Notes();
    byte[][] rest = new byte[1][];
    try {
      Pieces.feed(
          content.bytes(),
          ends,
          in -> {
            assertThat(decoder.decode(in, notes)).isEqualTo(decoder.isDone());
            rest[0] = ByteBufUtil.getBytes(in);
          });
    } catch (FaultException e) {
      return List.of(e.fault().reason().name());
    }
    return describe(decoder, notes, rest[0]);
  }

  private static List<String> describe(ContentDecoder decoder, Notes notes, byte[] rest) {
    List<String> lines = new ArrayList<>();
    if (notes.content.size() > 0) {
      lines.add(Corpus.escape(notes.content.toByteArray()));
    }
    lines.addAll(notes.ends);
    if (decoder.isDone() && notes.ends.isEmpty()) {
      lines.add("none");
    } else if (!decoder.isDone()) {
      lines.add(decoder.endOfInput() ? "open" : "cut off");
      return lines;
    }
    assertThat(decoder.endOfInput()).isTrue();
    if (rest.length > 0) {
      lines.add("rest " + Corpus.escape(rest));
    }
    return lines;
  }

  @Test
  void saysOfTheLastPieceThatItIsTheLast() {
    assertThat(calls(Framing.CHUNKED, "5\r\nhello\r\n2\r\nyo\r\n0\r\n\r\n"))
        .containsExactly("hello", "yo.");
    assertThat(calls(Framing.CHUNKED, "5\r\nhello\r\n", "0\r\n\r\n")).containsExactly("hello", ".");
    assertThat(calls(Framing.CHUNKED, "5\r\nhello\r\n0\r\n", "\r\n")).containsExactly("hello", ".");
    assertThat(calls(Framing.CHUNKED, "5\r\nhello\r\n00\r\n\r\n")).containsExactly("hello", ".");
    assertThat(calls(Framing.LENGTH, "hel", "lo")).containsExactly("hel", "lo.");
    assertThat(calls(Framing.UNTIL_CLOSE, "hel", "lo")).containsExactly("hel", "lo");
  }

  private static List<String> calls(Framing framing, String... pieces) {
    ContentDecoder decoder = new ContentDecoder(Refusal.OF_CONTENT);
    decoder.start(framing, 5);
    Notes notes = new Notes();
    ByteBuf in = Unpooled.buffer();
    for (String piece : pieces) {
      in.writeCharSequence(piece, StandardCharsets.US_ASCII);
      decoder.decode(in, notes);
    }
    in.release();
    return notes.calls;
  }

  @Test
  void handsOnSlicesThatOutliveTheBuffer() {
    ContentDecoder decoder = new ContentDecoder(Refusal.OF_CONTENT);
    decoder.start(Framing.LENGTH, 5);
    ByteBuf in = Unpooled.copiedBuffer("hello", StandardCharsets.US_ASCII);
    List<ByteBuf> kept = new ArrayList<>();
    decoder.decode(in, keeping(kept));
    assertThat(kept.getFirst().array()).isSameAs(in.array());
    assertThat(in.refCnt()).isEqualTo(2);
    in.release();
    assertThat(kept.getFirst().toString(StandardCharsets.US_ASCII)).isEqualTo("hello");
    assertThat(kept.getFirst().release()).isTrue();
  }

  private static ContentListener keeping(List<ByteBuf> kept) {
    return new ContentListener() {
      @Override
      public void onContent(ByteBuf content, boolean last) {
        kept.add(content);
      }

      @Override
      public void onTrailers(Fields trailers) {
        throw new AssertionError("no trailers were sent");
      }
    };
  }

  @Test
  void mayBeStartedForTheNextMessageFromWithinTheLastCall() {
    ContentDecoder decoder = new ContentDecoder(Refusal.OF_CONTENT);
    decoder.start(Framing.CHUNKED, -1);
    ByteBuf in = Unpooled.copiedBuffer("2\r\nhi\r\n0\r\n\r\nworld", StandardCharsets.US_ASCII);
    List<ByteBuf> pieces = new ArrayList<>();
    ContentListener first =
        new ContentListener() {
          @Override
          public void onContent(ByteBuf content, boolean last) {
            pieces.add(content);
            decoder.start(Framing.LENGTH, 5);
          }

          @Override
          public void onTrailers(Fields trailers) {
            throw new AssertionError("no trailers were sent");
          }
        };
    assertThat(decoder.decode(in, first)).isTrue();
    assertThat(decoder.isDone()).isFalse();
    assertThat(in.toString(StandardCharsets.US_ASCII)).isEqualTo("world");
    assertThat(decoder.decode(in, keeping(pieces))).isTrue();
    assertThat(pieces)
        .extracting(p -> p.toString(StandardCharsets.US_ASCII))
        .containsExactly("hi", "world");
    pieces.forEach(ByteBuf::release);
    in.release();
  }

  @Test
  void readsOneMessageAfterAnother() {
    ContentDecoder decoder = new ContentDecoder(Refusal.OF_RESPONSE);
    ByteBuf in =
        Unpooled.copiedBuffer(
            "1;{x}\r\n".replace("{x}", "x".repeat(9000)) + "a\r\n0\r\nX: y\r\n\r\n",
            StandardCharsets.US_ASCII);
    for (int i = 0; i < 4; i++) {
      decoder.start(Framing.CHUNKED, -1);
      Notes notes = new Notes();
      assertThat(decoder.decode(in.duplicate(), notes)).isTrue();
      assertThat(notes.calls).containsExactly("a");
      assertThat(notes.ends).containsExactly("trailer x: y");
    }
    in.release();
  }

  @Test
  void countsExtensionsOverTheWholeMessageAndOnlyThem() {
    ContentDecoder decoder = new ContentDecoder(Refusal.OF_RESPONSE);
    decoder.start(Framing.CHUNKED, -1);
    Notes notes = new Notes();
    ByteBuf plain = Unpooled.copiedBuffer("1\r\na\r\n".repeat(20_000), StandardCharsets.US_ASCII);
    assertThat(decoder.decode(plain, notes)).isFalse();
    assertThat(notes.content.size()).isEqualTo(20_000);
    plain.release();
    ByteBuf extended =
        Unpooled.copiedBuffer("1;x\r\na\r\n".repeat(10_000), StandardCharsets.US_ASCII);
    assertThatThrownBy(() -> decoder.decode(extended, new Notes()))
        .isInstanceOf(FaultException.class)
        .hasMessageStartingWith("bad-response: chunk extensions of more than 16384 bytes");
    extended.release();
  }

  @Test
  void smallChunksThatComeTogetherGoOnTogether() {
    ContentDecoder decoder = new ContentDecoder(Refusal.OF_CONTENT);
    decoder.start(Framing.CHUNKED, -1);
    List<Integer> pieces = new ArrayList<>();
    ContentListener out =
        new ContentListener() {
          @Override
          public void onContent(ByteBuf content, boolean last) {
            pieces.add(content.readableBytes());
            content.release();
          }

          @Override
          public void onTrailers(Fields trailers) {
            throw new AssertionError("no trailers");
          }
        };
    ByteBuf in =
        Unpooled.copiedBuffer(
            "1\r\na\r\n".repeat(5000) + "1\r\nb\r\n0\r\n\r\n", StandardCharsets.US_ASCII);
    assertThat(decoder.decode(in, out)).isTrue();
    assertThat(pieces).containsExactly(4096, 904, 1);
    in.release();
  }

  @Test
  void knowsContentThatIsMostlyFraming() {
    assertThat(isMostlyFraming("1\r\nx\r\n".repeat(128))).isTrue();
    assertThat(isMostlyFraming("8\r\nxxxxxxxx\r\n".repeat(128))).isTrue();
    assertThat(isMostlyFraming("1\r\nx\r\n".repeat(127))).isFalse();
    assertThat(isMostlyFraming("9\r\nxxxxxxxxx\r\n".repeat(500))).isFalse();
  }

  private static boolean isMostlyFraming(String chunks) {
    ContentDecoder decoder = new ContentDecoder(Refusal.OF_CONTENT);
    decoder.start(Framing.CHUNKED, -1);
    ByteBuf in = Unpooled.copiedBuffer(chunks, StandardCharsets.US_ASCII);
    decoder.decode(in, new Notes());
    in.release();
    boolean framing = decoder.wasMostlyFraming();
    decoder.decode(Unpooled.EMPTY_BUFFER, new Notes());
    assertThat(decoder.wasMostlyFraming()).isFalse();
    return framing;
  }

  @Test
  void refusesMoreTrailersThanItMayKeep() {
    ContentDecoder decoder = new ContentDecoder(Refusal.OF_CONTENT);
    decoder.start(Framing.CHUNKED, -1);
    ByteBuf in =
        Unpooled.copiedBuffer("0\r\n" + "x: y\r\n".repeat(101) + "\r\n", StandardCharsets.US_ASCII);
    assertThatThrownBy(() -> decoder.decode(in, new Notes()))
        .hasMessage("bad-content: more than 100 fields");
    in.release();
  }
}
