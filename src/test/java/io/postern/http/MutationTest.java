package io.postern.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import io.postern.fault.FaultException;
import io.postern.testkit.Corpus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Damages the bytes of the corpora at random, always in the same way. Whatever comes of it, it is a
 * head or a fault, the same in one piece and in two; and what was understood, written out again, is
 * understood in the same way.
 */
class MutationTest {

  private static final int ROUNDS = 40_000;
  private static final byte[] NASTY =
      Corpus.bytes("\\r\\n\\t :,;=/.%?#@\\\\\"0159afAF\\x00\\x0b\\x7f\\x80\\xff");

  @Test
  void ofARequestComesAHeadOrAFault() {
    Random random = new Random(20_250_101);
    List<byte[]> seeds = seeds("requests-accepted.txt", "requests-refused.txt");
    int understood = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = mutate(seeds, random);
      List<String> whole = HeadText.ofRequest(bytes, new int[] {bytes.length});
      assertSame(bytes, HeadText.ofRequest(bytes, cut(bytes, random)), whole);
      RequestHeadParser parser = new RequestHeadParser(1024, 20);
      RequestHead head = parse(parser, bytes);
      if (head != null) {
        understood++;
        List<String> first = HeadText.describe(head, parser.framing(), parser.keepAlive());
        RequestHeadParser again = new RequestHeadParser(4096, 40);
        RequestHead same =
            requireNonNull(parse(again, write(head, parser.framing())), () -> Corpus.escape(bytes));
        assertSame(bytes, HeadText.describe(same, again.framing(), again.keepAlive()), first);
      }
    }
    assertThat(understood).isBetween(ROUNDS / 40, ROUNDS * 19 / 20);
  }

  @Test
  void ofAResponseComesAHeadOrAFault() {
    Random random = new Random(20_250_102);
    List<byte[]> seeds = seeds("responses-accepted.txt", "responses-refused.txt");
    int understood = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = mutate(seeds, random);
      List<String> whole = HeadText.ofResponse(bytes, new int[] {bytes.length}, "UPGRADE");
      assertSame(bytes, HeadText.ofResponse(bytes, cut(bytes, random), "UPGRADE"), whole);
      understood += whole.size() > 1 ? 1 : 0;
    }
    assertThat(understood).isBetween(ROUNDS / 40, ROUNDS * 19 / 20);
  }

  @Test
  void ofContentComesContentOrAFault() {
    Random random = new Random(20_250_103);
    List<byte[]> seeds = seeds("content-accepted.txt", "content-refused.txt");
    int understood = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] bytes = mutate(seeds, random);
      ContentText whole = ContentText.of(bytes, new int[] {bytes.length});
      assertSame(bytes, ContentText.of(bytes, cut(bytes, random)), whole);
      understood += whole.isWhole() ? 1 : 0;
    }
    assertThat(understood).isBetween(ROUNDS / 40, ROUNDS * 19 / 20);
  }

  /** Describes the bytes only where it fails: there are very many. */
  private static void assertSame(byte[] bytes, Object actual, Object expected) {
    if (!actual.equals(expected)) {
      assertThat(actual).as(Corpus.escape(bytes)).isEqualTo(expected);
    }
  }

  private static List<byte[]> seeds(String... files) {
    List<byte[]> seeds = new ArrayList<>();
    for (String file : files) {
      for (Corpus.Case each : Corpus.read(file)) {
        // Long ones would only be damaged where it does not matter.
        if (each.bytes().length > 0 && each.bytes().length < 400) {
          seeds.add(each.bytes());
        }
      }
    }
    return seeds;
  }

  private static byte[] mutate(List<byte[]> seeds, Random random) {
    byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
    for (int i = random.nextInt(3); i >= 0; i--) {
      int at = random.nextInt(bytes.length);
      byte nasty = NASTY[random.nextInt(NASTY.length)];
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] = nasty;
        case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> bytes = splice(bytes, at, new byte[] {nasty}, 0);
        case 3 -> bytes = bytes.length == 1 ? bytes : splice(bytes, at, new byte[0], 1);
        default -> {
          byte[] other = seeds.get(random.nextInt(seeds.size()));
          int from = random.nextInt(other.length);
          int to = Math.min(other.length, from + 1 + random.nextInt(24));
          bytes = splice(bytes, at, Arrays.copyOfRange(other, from, to), 0);
        }
      }
    }
    return bytes;
  }

  private static byte[] splice(byte[] bytes, int at, byte[] in, int removed) {
    byte[] result = new byte[bytes.length + in.length - removed];
    System.arraycopy(bytes, 0, result, 0, at);
    System.arraycopy(in, 0, result, at, in.length);
    System.arraycopy(bytes, at + removed, result, at + in.length, bytes.length - at - removed);
    return result;
  }

  private static int[] cut(byte[] bytes, Random random) {
    return bytes.length == 1
        ? new int[] {1}
        : new int[] {1 + random.nextInt(bytes.length - 1), bytes.length};
  }

  private static @Nullable RequestHead parse(RequestHeadParser parser, byte[] bytes) {
    ByteBuf in = Unpooled.wrappedBuffer(bytes);
    try {
      return parser.parse(in);
    } catch (FaultException e) {
      return null;
    }
  }

  private static byte[] write(RequestHead head, Framing framing) {
    ByteBuf out = Unpooled.buffer();
    write(out, head.method(), " ", head.target(), " ", head.version().label(), "\r\n");
    if (!head.authority().isEmpty()) {
      write(out, "Host: ", head.authority(), "\r\n");
    }
    if (framing == Framing.CHUNKED) {
      write(out, "Transfer-Encoding: chunked\r\n");
    } else if (head.contentLength() >= 0) {
      write(out, "Content-Length: ", Long.toString(head.contentLength()), "\r\n");
    }
    for (int i = 0; i < head.fields().size(); i++) {
      write(out, head.fields().name(i), ": ", head.fields().value(i), "\r\n");
    }
    write(out, "\r\n");
    return ByteBufUtil.getBytes(out);
  }

  private static void write(ByteBuf out, CharSequence... parts) {
    for (CharSequence part : parts) {
      out.writeBytes(AsciiString.of(part).toByteArray());
    }
  }
}
