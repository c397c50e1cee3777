package io.postern.tls;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.postern.tls.ClientHello.Malformed;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any bytes as the first message of a client of TLS. */
class ClientHelloFuzzTest {

  static Stream<byte[]> corpus() throws Exception {
    return Stream.of(
        HelloBytes.ofJdk("a.example.com", "TLSv1.3", "TLSv1.2"),
        HelloBytes.ofJdk("b.example.com", "TLSv1.2"),
        ByteBufUtil.getBytes(
            new HelloBytes().host("a").versions(0x0304, 0x0303).codes(10, 29, 4588).body()));
  }

  @MethodSource("corpus")
  @FuzzTest
  void anyBytes(byte[] input) {
    ByteBuf body = Unpooled.wrappedBuffer(input);
    try {
      ClientHello hello = ClientHello.parse(body);
      assertThat(hello).hasToString(ClientHello.parse(body.asReadOnly()).toString());
      assertThat(hello.ja4().get().toString()).matches(Ja4Test.FORM);
      if (hello.serverName() != null) {
        assertThat(hello.serverName()).matches("[!-@\\[-~]{1,255}");
      }
    } catch (Malformed refused) {
      assertThat(refused).hasMessageMatching("[ -~]+");
    }
    assertThat(body.readerIndex()).isZero();
    assertThat(body.readableBytes()).isEqualTo(input.length);
  }
}
