package io.postern.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Http2FrameWatchTest {

  private static final String PREFACE =
      HexFormat.of().formatHex("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII));
  private static final String SETTINGS = "000006" + "04" + "00" + "00000000" + "000300000064";

  /** Frames: HEADERS without its end, with it, empty ones, and what may stand around them. */
  @ParameterizedTest
  @CsvSource({
    "'', false",
    "000003 01 04 00000001 828684, false",
    "000003 01 00 00000001 828684, true",
    "000003 01 04 00000001 8286, true",
    "000003 01 04, true",
    "000003 01 00 00000001 828684 000002 09 00 00000001 8286, true",
    "000003 01 00 00000001 828684 000002 09 04 00000001 8286, false",
    "000003 01 00 00000001 828684 000000 09 04 00000001, false",
    "000003 01 04 00000001 828684 000004 00 01 00000001 00000000, false",
    "000003 01 04 00000001 828684 000003 01 00 00000003 828684, true",
  })
  void knowsWhetherABlockIsOpen(String frames, boolean open) {
    byte[] bytes = HexFormat.of().parseHex(PREFACE + SETTINGS + frames.replace(" ", ""));
    for (int size = 1; size <= bytes.length; size++) {
      Http2FrameWatch watch = new Http2FrameWatch(true, any -> {});
      for (int at = 0; at < bytes.length; at += size) {
        ByteBuf piece = Unpooled.wrappedBuffer(bytes, at, Math.min(size, bytes.length - at));
        watch.follow(piece);
      }
      assertThat(watch.isBlockOpen())
          .as("%s in pieces of %d", ByteBufUtil.hexDump(bytes), size)
          .isEqualTo(open);
    }
  }
}
