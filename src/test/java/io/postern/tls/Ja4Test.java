package io.postern.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Ja4Test {

  /** Whatever a client says. */
  static final String FORM =
      "t(1[0-3]|s[23]|d[1-3]|00)[di][0-9]{4}[0-9A-Za-z]{2}_[0-9a-f]{12}_[0-9a-f]{12}";

  private static final int SERVER_NAME = 0;
  private static final int GROUPS = 10;
  private static final int SIGNATURES = 13;
  private static final int ALPN = 16;
  private static final int VERSIONS = 43;

  /**
   * What FoxIO has published: the example of the description, and captures of their tests. Each is
   * told as the list of suites, of extensions and of signature algorithms, in the order in which
   * they were sent.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          t13d1516h2_8daaf6152771_e5627efa2ab1 | 1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035 | 001b,0000,0033,0010,4469,0017,002d,000d,0005,0023,0012,002b,ff01,000b,000a,0015 | 0403,0804,0401,0503,0805,0501,0806,0601
          t13d1516h1_8daaf6152771_e5627efa2ab1 | 1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035 | 000d,0033,0000,ff01,002b,0023,002d,0005,0012,000b,0017,4469,0010,001b,000a,0015 | 0403,0804,0401,0503,0805,0501,0806,0601
          t13d151400_8daaf6152771_de4a06bb82e3 | 1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035 | 0033,002b,001b,0000,0012,002d,000d,000a,0005,0023,0017,ff01,000b,0015 | 0403,0804,0401,0503,0805,0501,0806,0601
          t13d1715h2_5b57614c22b0_3d5424432f57 | 1301,1303,1302,c02b,c02f,cca9,cca8,c02c,c030,c00a,c009,c013,c014,009c,009d,002f,0035 | 0000,0017,ff01,000a,000b,0023,0010,0005,0022,0033,002b,000d,002d,001c,0015 | 0403,0503,0603,0804,0805,0806,0401,0501,0601,0203,0201
          t13d2613h2_2802a3db6c62_845d286b0d67 | 1301,1302,1303,c02c,c02b,c024,c023,c00a,c009,cca9,c030,c02f,c028,c027,c014,c013,cca8,009d,009c,003d,003c,0035,002f,c008,c012,000a | ff01,0000,0017,000d,0005,0012,0010,000b,0033,002d,002b,000a,0015 | 0403,0804,0401,0503,0203,0805,0805,0501,0806,0601,0201
          t12d4605h2_85626a9a5f7f_aaf95bb78ec9 | c030,c02c,c028,c024,c014,c00a,009f,006b,0039,cca9,cca8,ccaa,ff85,00c4,0088,0081,009d,003d,0035,00c0,0084,c02f,c02b,c027,c023,c013,c009,009e,0067,0033,00be,0045,009c,003c,002f,00ba,0041,c011,c007,0005,0004,c012,c008,0016,000a,00ff | 0000,000b,000a,000d,0010 | 0601,0603,efef,0501,0503,0401,0403,eeee,eded,0301,0303,0201,0203
          t12d190800_d83cc789557e_7af1ed941c26 | c02c,c02b,c030,c02f,c024,c023,c028,c027,c00a,c009,c014,c013,009d,009c,003d,003c,0035,002f,000a | 0000,0005,000a,000b,000d,0023,0017,ff01 | 0804,0805,0806,0401,0501,0201,0403,0503,0203,0202,0601,0603
          t10d230100_6a57a6f57151_000000000000 | 0039,0038,0035,0016,0013,000a,0033,0032,002f,009a,0099,0096,0005,0004,0015,0012,0009,0014,0011,0008,0006,0003,00ff | 0000 | none
          """)
  void whatIsPublished(String published, String suites, String extensions, String signatures)
      throws Exception {
    assertThat(ja4(hello(published, suites, extensions, signatures))).isEqualTo(published);
  }

  /** Chrome 152 has GREASE in every list, the signature algorithms among them. */
  @Test
  void greaseCountsNowhere() throws Exception {
    HelloBytes chrome =
        hello(
            "t13d1517h2",
            "2a2a,1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035",
            "eaea,000b,0010,0012,001b,0017,ff01,002b,000a,0033,0000,ca34,0005,44cd,002d,000d,fe0d,"
                + "0023,1a1a",
            "dada,0904,0905,0906,0403,0804,0401,0503,0805,0501,0806,0601");
    HelloBytes toAnAddress =
        hello(
            "t13i1516h2",
            "fafa,1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035",
            "0a0a,fe0d,0023,0010,0012,001b,0017,ff01,002b,000a,0033,ca34,0005,44cd,002d,000d,000b,"
                + "5a5a",
            "4a4a,0904,0905,0906,0403,0804,0401,0503,0805,0501,0806,0601");

    assertThat(ja4(chrome)).isEqualTo("t13d1517h2_8daaf6152771_cb7bf5808d99");
    assertThat(ja4(toAnAddress)).isEqualTo("t13i1516h2_8daaf6152771_cb7bf5808d99");
  }

  /** The example of the description without them, which is there with its hash, too. */
  @Test
  void withoutSignatureAlgorithmsTheListEndsWithTheExtensions() throws Exception {
    HelloBytes chrome =
        hello(
            "t13d1516h2",
            "1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035",
            "001b,0000,0033,0010,4469,0017,002d,000d,0005,0023,0012,002b,ff01,000b,000a,0015",
            "baba");

    assertThat(ja4(chrome)).isEqualTo("t13d1516h2_8daaf6152771_6d807ffa2a79");
  }

  @Test
  void nothingIsTwelveZeros() throws Exception {
    assertThat(ja4(new HelloBytes().suites(0x0A0A, 0xFAFA)))
        .isEqualTo("t12i000000_000000000000_000000000000");
    assertThat(ja4(new HelloBytes().suites(0x1301).host("a").alpn("h2")))
        .matches("t12d0102h2_[0-9a-f]{12}_000000000000")
        .doesNotContain("_000000000000_");
  }

  /** The bytes of a code point of GREASE are the same. */
  @Test
  void whatLooksLikeGreaseCounts() throws Exception {
    assertThat(ja4(new HelloBytes().suites(0x0A1A, 0x1301))).startsWith("t12i020000_");
    assertThat(ja4(new HelloBytes().suites(0xEEEE, 0xBABB, 0xABAB))).startsWith("t12i030000_");
  }

  @Test
  void noMoreThan99AreCounted() throws Exception {
    HelloBytes many = new HelloBytes().suites(IntStream.range(0, 100).toArray());
    for (int type = 1000; type < 1120; type++) {
      many.extension(type, Unpooled.EMPTY_BUFFER);
    }

    assertThat(ja4(many)).startsWith("t12i999900_").matches(FORM);
  }

  /** All but the last three are the examples of the description. */
  @ParameterizedTest
  @CsvSource({
    "ab,ab",
    "20,20",
    "abcd,ad",
    "2061,21",
    "30ab,3b",
    "6120,60",
    "3031abcd,3d",
    "30abcd31,01",
    "68,hh",
    "baad,bd",
    "483b39,H9"
  })
  void theFavouriteProtocol(String sent, String shown) throws Exception {
    String name = new String(HexFormat.of().parseHex(sent), StandardCharsets.ISO_8859_1);

    assertThat(ja4(new HelloBytes().alpn(name, "h2"))).startsWith("t12i0201" + shown + "_");
  }

  @ParameterizedTest
  @CsvSource({
    "0304,13", "0303,12", "0302,11", "0301,10", "0300,s3", "0002,s2", "feff,d1", "fefd,d2",
    "fefc,d3", "0305,00", "0000,00"
  })
  void theVersionOfTheFixedPart(String sent, String shown) throws Exception {
    assertThat(ja4(new HelloBytes().legacyVersion(codes(sent)[0]))).startsWith("t" + shown + "i");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"0303,0304|13", "fafa,0302,0303|12", "0304,7f1c|00", "0a0a|00"})
  void theHighestVersionOfTheExtension(String sent, String shown) throws Exception {
    assertThat(ja4(new HelloBytes().versions(codes(sent)))).startsWith("t" + shown + "i");
  }

  @Test
  void isComputedOnce() throws Exception {
    Supplier<AsciiString> ja4 = new HelloBytes().host("a").hello().ja4();

    CharSequence first = ja4.get();

    assertThat(first).hasToString(ja4(new HelloBytes().host("a")));
    assertThat((CharSequence) ja4.get()).isSameAs(first);
  }

  private static String ja4(HelloBytes hello) throws ClientHello.Malformed {
    return hello.hello().ja4().get().toString();
  }

  /** One that would be shown as this, and says what else it has to in the usual way. */
  private static HelloBytes hello(
      String shown, String suites, String extensions, String signatures) {
    HelloBytes hello = new HelloBytes().suites(codes(suites));
    hello.legacyVersion(shown.startsWith("t10") ? 0x0301 : 0x0303);
    for (int type : codes(extensions)) {
      switch (type) {
        case SERVER_NAME -> hello.host("example.com");
        case GROUPS -> hello.codes(GROUPS, 29);
        case SIGNATURES -> hello.codes(SIGNATURES, codes(signatures));
        case ALPN -> hello.alpn(shown.substring(8, 10).equals("h2") ? "h2" : "http/1.1", "other");
        case VERSIONS -> hello.versions(0x3A3A, 0x0304, 0x0303);
        default -> hello.extension(type, Unpooled.EMPTY_BUFFER);
      }
    }
    return hello;
  }

  private static int[] codes(String hex) {
    return Arrays.stream(hex.split(",")).mapToInt(code -> Integer.parseInt(code, 16)).toArray();
  }
}
