package io.postern.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.postern.tls.ClientHello.Codes;
import io.postern.tls.ClientHello.Malformed;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientHelloTest {

  private static final long SEED = 20260101;

  @Test
  void readsWhatTheJdkSends() throws Exception {
    ClientHello hello = parse(HelloBytes.ofJdk("API.Example.com", "TLSv1.3", "TLSv1.2"));

    assertThat(hello.legacyVersion()).isEqualTo(0x0303);
    assertThat(hello.versions()).isEqualTo(new Codes('\u0304', '\u0303'));
    assertThat(hello.offersTls13()).isTrue();
    assertThat(hello.serverName()).isEqualTo("api.example.com");
    assertThat(hello.alpn()).containsExactly("h2", "http/1.1");
    assertThat(hello.cipherSuites().contains(0x1301)).isTrue();
    assertThat(hello.cipherSuites().contains(0xC02B)).isTrue();
    assertThat(hello.groups().contains(29)).isTrue();
    assertThat(hello.signatureAlgorithms().contains(0x0403)).isTrue();
    assertThat(hello.signatureAlgorithms().contains(0x0804)).isTrue();
  }

  @Test
  void readsTls12WithoutTls13() throws Exception {
    ClientHello hello = parse(HelloBytes.ofJdk("a.example.com", "TLSv1.2"));

    assertThat(hello.offersTls13()).isFalse();
    assertThat(hello.cipherSuites().contains(0x1301)).isFalse();
  }

  @Test
  void needsNoExtension() throws Exception {
    ClientHello hello = new HelloBytes().suites(0xC02F).hello();

    assertThat(hello)
        .isEqualTo(
            new ClientHello(
                0x0303,
                Codes.NONE,
                new Codes('\uC02F'),
                Codes.NONE,
                Codes.NONE,
                Codes.NONE,
                List.of(),
                null));
  }

  @Test
  void keepsTheTypesOfAllExtensionsInTheirOrder() throws Exception {
    HelloBytes bytes = new HelloBytes().extension(0xFAFA, Unpooled.EMPTY_BUFFER).host("a");
    for (int type = 1000; type > 900; type--) {
      bytes.extension(type, Unpooled.EMPTY_BUFFER);
    }

    Codes extensions = bytes.hello().extensions();

    assertThat(extensions.size()).isEqualTo(102);
    assertThat(extensions.at(0)).isEqualTo(0xFAFA);
    assertThat(extensions.at(1)).isZero();
    assertThat(extensions.at(2)).isEqualTo(1000);
    assertThat(extensions.at(101)).isEqualTo(901);
  }

  @Test
  void leavesTheBufferAsItWas() throws Exception {
    ByteBuf body = Unpooled.buffer().writeLong(0).writeBytes(new HelloBytes().host("a").body());
    body.readerIndex(8);
    int end = body.writerIndex();

    assertThat(ClientHello.parse(body).serverName()).isEqualTo("a");
    assertThat(body.readerIndex()).isEqualTo(8);
    assertThat(body.writerIndex()).isEqualTo(end);
  }

  /** Only the end of the fixed part is a place where a ClientHello may end early. */
  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void refusesEveryTruncation(String version) throws Exception {
    byte[] whole = HelloBytes.ofJdk("api.example.com", version);
    int fixed = 2 + 32;
    fixed += 1 + whole[fixed];
    fixed += 2 + (((whole[fixed] & 0xFF) << 8) | (whole[fixed + 1] & 0xFF));
    fixed += 1 + whole[fixed];

    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      if (length == fixed) {
        assertThat(parse(cut).serverName()).isNull();
      } else {
        assertThatExceptionOfType(Malformed.class)
            .as("cut to %d of %d", length, whole.length)
            .isThrownBy(() -> parse(cut));
      }
    }
  }

  /**
   * Anything may be read out of random bytes, but nothing else may be thrown, and no byte leaks.
   */
  @Test
  void throwsNothingElseWhateverTheBytes() throws Exception {
    Random random = new Random(SEED);
    byte[][] seeds = {
      HelloBytes.ofJdk("api.example.com", "TLSv1.3", "TLSv1.2"),
      HelloBytes.ofJdk("a.b.c.d.example.com", "TLSv1.2"),
      bytes(new HelloBytes().host("x").versions(0x0304).codes(13, 0x0403).body()),
      new byte[0]
    };
    int malformed = 0;
    int rounds = 200_000;
    for (int round = 0; round < rounds; round++) {
      byte[] bytes = mutate(seeds[round % seeds.length], random);
      try {
        ClientHello hello = parse(bytes);
        assertThat(hello.cipherSuites().isEmpty()).isFalse();
        assertThat(hello.ja4().get().toString()).matches(Ja4Test.FORM);
        KeyProfile.P256.suits(hello, Suites.DEFAULT);
        KeyProfile.RSA.suits(hello, Suites.DEFAULT);
      } catch (Malformed e) {
        malformed++;
      }
    }
    assertThat(malformed).isBetween(rounds / 4, rounds - 1000);
  }

  private static byte[] mutate(byte[] seed, Random random) {
    byte[] bytes = Arrays.copyOf(seed, random.nextInt(8) == 0 ? random.nextInt(600) : seed.length);
    for (int i = random.nextInt(4); bytes.length > 0 && i >= 0; i--) {
      bytes[random.nextInt(bytes.length)] =
          (byte) (random.nextBoolean() ? random.nextInt(256) : random.nextInt(4));
    }
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "a.",
        ".a",
        "a..b",
        "a b",
        "a/b",
        "*.example.com",
        "bücher.example",
        "[::1]",
        "a\u0000b",
        "a:443",
        "0123456789012345678901234567890123456789012345678901234567890123.example"
      })
  void refusesWhatIsNoHost(String host) {
    assertThatExceptionOfType(Malformed.class)
        .isThrownBy(() -> new HelloBytes().host(host).hello());
  }

  @Test
  void refusesHostsOfMoreThan253Bytes() throws Exception {
    String label = "0123456789.";
    String longest = label.repeat(23).substring(0, 253);

    assertThat(new HelloBytes().host(longest.replaceAll("\\.$", "x")).hello().serverName())
        .hasSize(253);
    assertThatExceptionOfType(Malformed.class)
        .isThrownBy(() -> new HelloBytes().host(longest + "xx").hello());
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "a_b.example.com", "xn--bcher-kva.example", "10.0.0.1"})
  void takesWhatIsAHost(String host) throws Exception {
    assertThat(new HelloBytes().host(host).hello().serverName()).isEqualTo(host);
  }

  @Test
  void refusesMoreThanOneName() {
    assertThatThrownBy(
            () -> new HelloBytes().extension(0, HelloBytes.serverName(0, "a", "b")).hello())
        .isInstanceOf(Malformed.class)
        .hasMessage("server_name has bytes behind its end");
    assertThatThrownBy(() -> new HelloBytes().extension(0, HelloBytes.serverName(1, "a")).hello())
        .hasMessage("server_name is of an unknown type");
  }

  /** Else we might choose for one host while the TLS library sees another. */
  @Test
  void refusesAnExtensionThatComesTwice() {
    assertThatThrownBy(() -> new HelloBytes().host("a").host("b").hello())
        .isInstanceOf(Malformed.class)
        .hasMessage("extension 0 comes twice");
    assertThatThrownBy(() -> new HelloBytes().codes(13, 0x0403).codes(13, 0x0804).hello())
        .hasMessage("extension 13 comes twice");
  }

  @Test
  void refusesBytesBehindTheEnd() {
    assertThatThrownBy(() -> ClientHello.parse(new HelloBytes().host("a").body().writeByte(0)))
        .hasMessage("ClientHello has bytes behind its end");
    assertThatThrownBy(
            () ->
                new HelloBytes()
                    .extension(10, Unpooled.wrappedBuffer(new byte[] {0, 1, 7}))
                    .hello())
        .hasMessage("groups has half a code point");
  }

  @Test
  void codesPrintAsHexadecimal() {
    assertThat(new Codes('\u0403', '\u1301')).hasToString("[0403 1301]");
    assertThat(new Codes('\u0403', '\u1301').at(1)).isEqualTo(0x1301);
  }

  private static ClientHello parse(byte[] body) throws Malformed {
    return ClientHello.parse(Unpooled.wrappedBuffer(body));
  }

  private static byte[] bytes(ByteBuf body) {
    return ByteBufUtil.getBytes(body);
  }
}
