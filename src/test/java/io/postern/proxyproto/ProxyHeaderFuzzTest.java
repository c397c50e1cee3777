package io.postern.proxyproto;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Any bytes at the beginning of a connection. As a test it takes the inputs beside it in {@code
 * src/test/resources}; {@code scripts/fuzz} makes up more of them, led by coverage.
 */
class ProxyHeaderFuzzTest {

  private static final int BLOCK_HEAD = 16;

  /** The last byte says where the others are cut in two. */
  @FuzzTest
  void anyBytes(byte[] input) {
    if (input.length == 0) {
      return;
    }
    byte[] bytes = Arrays.copyOf(input, input.length - 1);
    int cut = bytes.length == 0 ? 0 : (input[bytes.length] & 0xFF) % bytes.length;

    String whole = outcome(bytes, bytes.length, bytes.length);
    assertThat(outcome(bytes, cut, bytes.length)).as("cut at %d", cut).isEqualTo(whole);
    assertThat(outcome(bytes, 1, 1)).as("byte by byte").isEqualTo(whole);
  }

  /** What becomes of the bytes, in words, when they come in pieces: the first, and the others. */
  private static String outcome(byte[] bytes, int first, int others) {
    ProxyHeaderDecoder decoder = new ProxyHeaderDecoder();
    ByteBuf in = Unpooled.buffer(bytes.length + 1);
    for (int from = 0, end = Math.max(first, 1); from < bytes.length; from = end, end += others) {
      end = Math.min(end, bytes.length);
      in.writeBytes(bytes, from, end - from);
      try {
        ProxyHeader header = decoder.decode(in);
        if (header != null) {
          assertThat(in.readerIndex()).isEqualTo(length(header, bytes));
          return header + " of " + in.readerIndex();
        }
        assertThat(in.readerIndex()).isZero();
      } catch (MalformedHeader malformed) {
        assertThat(in.readerIndex()).isZero();
        return "" + malformed.flaw();
      }
    }
    return "more";
  }

  /** How long a header is, by what the protocol says. */
  private static int length(ProxyHeader header, byte[] bytes) {
    if (header.form() == ProxyHeader.Form.V1) {
      return new String(bytes, StandardCharsets.ISO_8859_1).indexOf("\r\n") + 2;
    }
    return BLOCK_HEAD + (((bytes[14] & 0xFF) << 8) | (bytes[15] & 0xFF));
  }
}
