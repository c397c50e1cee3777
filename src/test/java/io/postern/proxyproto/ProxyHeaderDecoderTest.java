package io.postern.proxyproto;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.proxyproto.MalformedHeader.Flaw;
import io.postern.proxyproto.ProxyHeader.Form;
import io.postern.testkit.ProxyV2;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers of both versions, good and bad; each is read in every way in which it can be split. */
class ProxyHeaderDecoderTest {

  /** In aws/elastic-load-balancing-tools: 172.31.7.113:51442 to 172.31.10.31:80. */
  private static final String PRIVATE_LINK =
      "0d0a0d0a000d0a515549540a 21110054 ac1f0771ac1f0a1fc8f20050 030004e8d6892d"
          + "ea001701767063652d30386432626631356661633530303163390400"
          + "24"
          + "000000000000000000000000000000000000000000000000000000000000000000000000";

  /** Seen on the wire before the GET of a health check (kubernetes/kubernetes#57250). */
  private static final String HEALTH_CHECK =
      "0d0a0d0a000d0a515549540a 20110054 030004bce5951f 04004a"
          + "00000000000000000000000000000000000000000000000000000000000000000000000000"
          + "00000000000000000000000000000000000000000000000000000000000000000000000000";

  private static final String REST = "\u0016\u0003\u0001 the client's own";

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  private static byte[] followed(byte[] header) {
    byte[] rest = REST.getBytes(StandardCharsets.ISO_8859_1);
    byte[] both = Arrays.copyOf(header, header.length + rest.length);
    System.arraycopy(rest, 0, both, header.length, rest.length);
    return both;
  }

  private static Decoded decoded(ProxyV2 header) {
    return Decoded.of(followed(header.bytes()));
  }

  private static ProxyV2 four() {
    return ProxyV2.proxied("172.31.7.113", 51442, "172.31.10.31", 80);
  }

  private static void names(Decoded decoded, Form form, String client, String local) {
    assertThat(decoded.rest()).as("%s", decoded).isEqualTo(REST);
    ProxyHeader header = requireNonNull(decoded.header());
    assertThat(header.form()).isEqualTo(form);
    ProxyHeader.Addresses addresses = requireNonNull(header.addresses());
    assertThat(text(addresses.client())).isEqualTo(client);
    assertThat(text(addresses.local())).isEqualTo(local);
  }

  private static String text(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + " " + address.getPort();
  }

  private static void namesNobody(Decoded decoded, Form form) {
    assertThat(decoded).isEqualTo(new Decoded(ProxyHeader.anonymous(form), null, REST));
  }

  @Test
  void theHeaderOfPrivateLink() {
    Decoded decoded = Decoded.of(followed(bytes(PRIVATE_LINK)));

    names(decoded, Form.V2, "172.31.7.113 51442", "172.31.10.31 80");
    assertThat(String.valueOf(requireNonNull(decoded.header()).vpce())).isEqualTo(ProxyV2.VPCE);
  }

  @Test
  void theHeaderOfAHealthCheckHasNoAddressesThoughItSaysSo() {
    namesNobody(Decoded.of(followed(bytes(HEALTH_CHECK))), Form.LOCAL);
  }

  @Test
  void theTestsWriteWhatAwsWrites() {
    assertThat(
            ProxyV2.aws(
                new InetSocketAddress("172.31.7.113", 51442),
                new InetSocketAddress("172.31.10.31", 80),
                ProxyV2.VPCE))
        .isEqualTo(bytes(PRIVATE_LINK));
    assertThat(ProxyV2.awsCheck()).isEqualTo(bytes(HEALTH_CHECK));
  }

  @ParameterizedTest
  @ValueSource(strings = {PRIVATE_LINK, HEALTH_CHECK})
  void aHeaderThatIsNotAllThereIsWaitedFor(String hex) {
    byte[] header = bytes(hex);
    for (int length = 0; length < header.length; length++) {
      assertThat(Decoded.of(Arrays.copyOf(header, length)))
          .isEqualTo(new Decoded(null, null, null));
    }
  }

  /** But for those that make it a header without addresses, or take the checksum itself away. */
  @Test
  void noChangedBitChangesWhatIsTold() {
    byte[] header = bytes(PRIVATE_LINK);
    ProxyHeader sound = Decoded.of(header).header();
    for (int bit = 0; bit < 8 * header.length; bit++) {
      byte[] changed = header.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      ProxyHeader told = Decoded.of(followed(changed), new int[] {header.length}).header();
      if (told != null && told.addresses() != null) {
        assertThat(told).as("bit %d", bit).isEqualTo(sound);
      }
    }
  }

  @Test
  void ipv6() {
    names(
        decoded(ProxyV2.proxied("2001:db8::7", 1, "2001:db8::1", 65535).checksum()),
        Form.V2,
        "2001:db8:0:0:0:0:0:7 1",
        "2001:db8:0:0:0:0:0:1 65535");
  }

  @Test
  void ipv4InIpv6IsIpv4() {
    ProxyV2 header =
        ProxyV2.of(0x21, 0x21)
            .hex("00000000000000000000ffff c0000207 00000000000000000000ffff c0000201 c000 01bb");
    names(decoded(header), Form.V2, "192.0.2.7 49152", "192.0.2.1 443");
  }

  @Test
  void onlyOneHeaderIsTaken() {
    byte[] header = four().bytes();
    byte[] twice = Arrays.copyOf(header, 2 * header.length);
    System.arraycopy(header, 0, twice, header.length, header.length);

    assertThat(Decoded.of(twice).rest()).isEqualTo(new String(header, StandardCharsets.ISO_8859_1));
  }

  @Test
  void unknownTlvsAndOtherSubtypesArePassedOver() {
    ProxyV2 header =
        four()
            .tlv(0x01, (byte) 'h', (byte) '2')
            .tlv(0x02)
            .tlv(0x20, new byte[300])
            .tlv(0xEA)
            .tlv(0xEA, (byte) 2, (byte) '\n')
            .tlv(0xEE, (byte) 1, (byte) 7)
            .tlv(0xFF, (byte) 9);
    names(decoded(header), Form.V2, "172.31.7.113 51442", "172.31.10.31 80");
    assertThat(String.valueOf(requireNonNull(decoded(header).header()).vpce())).isEqualTo("null");
  }

  @ParameterizedTest
  @ValueSource(strings = {"vpce-0", "vpce-08d2bf15", "vpce-08d2bf15fac5001c908d2bf15fac5001c9"})
  void endpoints(String id) {
    ProxyHeader header = requireNonNull(decoded(four().tlv(4).vpce(id)).header());
    assertThat(String.valueOf(header.vpce())).isEqualTo(id);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "vpce-",
        "vpce",
        "vpce-08D2",
        "Vpce-08d2",
        "vpce-08g2",
        "vpce-08d2\r\nx: y",
        "vpce-08d2\"",
        "vpce-08d2 ",
        "vpce-08d2\0",
        "vpce-08d2\u00b2",
        "vpc-08d2bf15",
        "4627008722"
      })
  void whatIsNoEndpointIsRefused(String id) {
    assertThat(decoded(four().vpce(id)).flaw()).isEqualTo(Flaw.BAD_VPCE);
  }

  @Test
  void anEndpointHasABoundedLength() {
    assertThat(decoded(four().vpce("vpce-" + "0".repeat(59))).header()).isNotNull();
    assertThat(decoded(four().vpce("vpce-" + "0".repeat(60))).flaw()).isEqualTo(Flaw.BAD_VPCE);
  }

  static Stream<Arguments> broken() {
    byte[] addresses = bytes("ac1f0771ac1f0a1fc8f20050");
    return Stream.of(
        Arguments.of(Flaw.WRONG_CHECKSUM, four().wrongChecksum().vpce(ProxyV2.VPCE)),
        Arguments.of(Flaw.WRONG_CHECKSUM, ProxyV2.of(0x20, 0x11).wrongChecksum().padded()),
        Arguments.of(Flaw.WRONG_CHECKSUM, ProxyV2.of(0x21, 0x00).wrongChecksum()),
        Arguments.of(Flaw.BAD_CHECKSUM_TLV, four().checksum().checksum()),
        Arguments.of(Flaw.BAD_CHECKSUM_TLV, four().tlv(3)),
        Arguments.of(Flaw.BAD_CHECKSUM_TLV, four().tlv(3, new byte[5])),
        Arguments.of(Flaw.SECOND_VPCE, four().vpce(ProxyV2.VPCE).vpce(ProxyV2.VPCE)),
        Arguments.of(Flaw.BAD_VERSION, ProxyV2.of(0x11, 0x11).raw(addresses)),
        Arguments.of(Flaw.BAD_VERSION, ProxyV2.of(0x31, 0x11).raw(addresses)),
        Arguments.of(Flaw.BAD_VERSION, ProxyV2.of(0xA1, 0x11).raw(addresses)),
        Arguments.of(Flaw.BAD_COMMAND, ProxyV2.of(0x22, 0x11).raw(addresses)),
        Arguments.of(Flaw.BAD_COMMAND, ProxyV2.of(0x2F, 0x11).raw(addresses)),
        Arguments.of(Flaw.BAD_FAMILY, ProxyV2.of(0x21, 0x41).raw(addresses)),
        Arguments.of(Flaw.BAD_FAMILY, ProxyV2.of(0x21, 0x13).raw(addresses)),
        Arguments.of(Flaw.BAD_FAMILY, ProxyV2.of(0x21, 0xFF).raw(addresses)),
        Arguments.of(Flaw.SHORT_ADDRESSES, ProxyV2.of(0x21, 0x11)),
        Arguments.of(Flaw.SHORT_ADDRESSES, ProxyV2.of(0x21, 0x11).raw(new byte[11])),
        Arguments.of(Flaw.SHORT_ADDRESSES, ProxyV2.of(0x21, 0x21).raw(new byte[35])),
        Arguments.of(Flaw.SHORT_ADDRESSES, ProxyV2.of(0x21, 0x31).raw(new byte[215])),
        Arguments.of(Flaw.CUT_TLV, four().hex("04")),
        Arguments.of(Flaw.CUT_TLV, four().hex("0400")),
        Arguments.of(Flaw.CUT_TLV, four().hex("040001")),
        Arguments.of(Flaw.CUT_TLV, four().hex("04ffff00")),
        Arguments.of(Flaw.CUT_TLV, four().checksum().lengthOffBy(-1)),
        Arguments.of(Flaw.CUT_TLV, four().lengthOffBy(1)),
        Arguments.of(Flaw.TOO_LONG, four().tlv(4, new byte[4096 - 16 - 12 - 3 + 1])),
        Arguments.of(Flaw.TOO_LONG, four().lengthOffBy(65535 - 12)),
        Arguments.of(Flaw.TOO_LONG, ProxyV2.of(0x20, 0).lengthOffBy(65535)));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void brokenBlocks(Flaw flaw, ProxyV2 header) {
    assertThat(decoded(header)).isEqualTo(new Decoded(null, flaw, null));
  }

  @Test
  void theLongestHeader() {
    names(
        decoded(four().tlv(4, new byte[4096 - 16 - 12 - 3])),
        Form.V2,
        "172.31.7.113 51442",
        "172.31.10.31 80");
  }

  static Stream<ProxyV2> local() {
    return Stream.of(
        ProxyV2.of(0x20, 0x00),
        ProxyV2.of(0x20, 0xFF),
        ProxyV2.of(0x20, 0x11).raw(bytes("ac1f0771ac1f0a1fc8f20050")),
        ProxyV2.of(0x20, 0x11).hex("04"),
        ProxyV2.of(0x20, 0x11).hex("030000"),
        ProxyV2.of(0x20, 0x21).hex("ffffffffffff"),
        ProxyV2.of(0x20, 0x11).vpce("no endpoint"),
        ProxyV2.of(0x20, 0x11).vpce(ProxyV2.VPCE),
        ProxyV2.of(0x20, 0x11).raw(new byte[4080]));
  }

  /** Section 2.2: "discard the protocol block including the family which is ignored". */
  @ParameterizedTest
  @MethodSource
  void local(ProxyV2 header) {
    namesNobody(decoded(header), Form.LOCAL);
  }

  static Stream<ProxyV2> withoutAddressesOfUse() {
    return Stream.of(
        ProxyV2.of(0x21, 0x00),
        ProxyV2.of(0x21, 0x00).hex("01"),
        ProxyV2.of(0x21, 0x00).vpce(ProxyV2.VPCE),
        ProxyV2.of(0x21, 0x10).raw(new byte[12]),
        ProxyV2.of(0x21, 0x01),
        ProxyV2.of(0x21, 0x12).raw(new byte[12]).checksum(),
        ProxyV2.of(0x21, 0x22).raw(new byte[36]).checksum(),
        ProxyV2.of(0x21, 0x31).raw(new byte[216]).checksum(),
        ProxyV2.of(0x21, 0x32).raw(new byte[216]));
  }

  @ParameterizedTest
  @MethodSource
  void withoutAddressesOfUse(ProxyV2 header) {
    namesNobody(decoded(header), Form.V2);
  }

  @ParameterizedTest
  @CsvSource({
    "PROXY TCP4 192.0.2.7 192.0.2.1 50000 443, 192.0.2.7 50000, 192.0.2.1 443",
    "PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535, 255.255.255.255 65535,"
        + " 255.255.255.255 65535",
    "PROXY TCP4 0.0.0.0 1.2.3.4 0 1, 0.0.0.0 0, 1.2.3.4 1",
    "PROXY TCP6 2001:db8::7 ::1 50000 443, 2001:db8:0:0:0:0:0:7 50000, 0:0:0:0:0:0:0:1 443",
    "PROXY TCP6 ::ffff:192.0.2.7 ::1 5 4, 192.0.2.7 5, 0:0:0:0:0:0:0:1 4"
  })
  void lines(String line, String client, String local) {
    names(Decoded.of(line + "\r\n" + REST), Form.V1, client, local);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PROXY UNKNOWN",
        "PROXY UNKNOWN ",
        "PROXY UNKNOWN whatever stands here",
        "PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
            + " ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535"
      })
  void linesThatNameNobody(String line) {
    namesNobody(Decoded.of(line + "\r\n" + REST), Form.V1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "PROXY TCP4 192.0.2.7 192.0.2.1 50000|BAD_LINE",
        "PROXY TCP4 192.0.2.7 192.0.2.1 50000 443 |BAD_LINE",
        "PROXY TCP4 192.0.2.7 192.0.2.1 50000 443 1|BAD_LINE",
        "PROXY  TCP4 192.0.2.7 192.0.2.1 50000 443|BAD_LINE",
        "PROXY TCP5 192.0.2.7 192.0.2.1 50000 443|BAD_LINE",
        "PROXY tcp4 192.0.2.7 192.0.2.1 50000 443|BAD_LINE",
        "PROXY UNKNOWNS|BAD_LINE",
        "PROXY |BAD_LINE",
        "PROXY / HTTP/1.1|BAD_LINE",
        "PROXY TCP4 192.0.2.7  192.0.2.1 50000|BAD_ADDRESS",
        "PROXY TCP4 192.0.2.256 192.0.2.1 50000 443|BAD_ADDRESS",
        "PROXY TCP4 192.0.2.07 192.0.2.1 50000 443|BAD_ADDRESS",
        "PROXY TCP4 192.0.2 192.0.2.1 50000 443|BAD_ADDRESS",
        "PROXY TCP4 ::1 ::1 50000 443|BAD_ADDRESS",
        "PROXY TCP4 192.0.2.7 host 50000 443|BAD_ADDRESS",
        "PROXY TCP6 192.0.2.7 192.0.2.1 50000 443|BAD_ADDRESS",
        "PROXY TCP6 [::1] ::1 50000 443|BAD_ADDRESS",
        "PROXY TCP6 fe80::1%eth0 ::1 50000 443|BAD_ADDRESS",
        "PROXY TCP6 1:2:3:4:5:6:7:8:9 ::1 50000 443|BAD_ADDRESS",
        "PROXY TCP4 192.0.2.7 192.0.2.1 65536 443|BAD_PORT",
        "PROXY TCP4 192.0.2.7 192.0.2.1 50000 00443|BAD_PORT",
        "PROXY TCP4 192.0.2.7 192.0.2.1 50000 -1|BAD_PORT",
        "PROXY TCP4 192.0.2.7 192.0.2.1 +5 443|BAD_PORT",
        "PROXY TCP4 192.0.2.7 192.0.2.1 5 4a|BAD_PORT",
        "PROXY TCP4 192.0.2.7 192.0.2.1 5 99999999999|BAD_PORT",
        "PROXY TCP4 192.0.2.7 192.0.2.1 50000 443<LF>|BAD_LINE",
        "PROXY TCP4 192.0.2.7 192.0.2.1 50000 443<CR>|BAD_LINE",
        "PROXY UNKNOWN<LF>|BAD_LINE",
        "GET / HTTP/1.1|MISSING",
        "PROX|MISSING",
        "PROPFIND / HTTP/1.1|MISSING",
        "POST / HTTP/1.1|MISSING",
        "PRI * HTTP/2.0|MISSING",
        "proxy TCP4 192.0.2.7 192.0.2.1 50000 443|MISSING",
        "<CR><LF>GET / HTTP/1.1|MISSING",
        "|MISSING"
      })
  void brokenLines(String line, Flaw flaw) {
    String text = line == null ? "" : line.replace("<CR>", "\r").replace("<LF>", "\n");
    assertThat(Decoded.of(text + "\r\n" + REST)).isEqualTo(new Decoded(null, flaw, null));
  }

  @Test
  void aLineHas107BytesAtMost() {
    UnaryOperator<String> line = rest -> "PROXY UNKNOWN " + rest + "\r\n" + REST;
    namesNobody(Decoded.of(line.apply("x".repeat(107 - 16))), Form.V1);
    for (int more = 1; more < 4; more++) {
      assertThat(Decoded.of(line.apply("x".repeat(107 - 16 + more))).flaw())
          .isEqualTo(Flaw.LINE_TOO_LONG);
    }
    assertThat(Decoded.of("PROXY " + "x".repeat(101)).flaw()).isEqualTo(Flaw.LINE_TOO_LONG);
    assertThat(Decoded.of("PROXY " + "x".repeat(100)).flaw()).isNull();
  }

  @Test
  void whatIsNoHeaderIsKnownByItsFirstBytes() {
    assertThat(Decoded.of("\u0016").flaw()).isEqualTo(Flaw.MISSING);
    assertThat(Decoded.of("\r\n\r\nG").flaw()).isEqualTo(Flaw.MISSING);
    assertThat(Decoded.of("\r\n\r\n").flaw()).isNull();
    assertThat(Decoded.of("P").flaw()).isNull();
    assertThat(Decoded.of("PU").flaw()).isEqualTo(Flaw.MISSING);
  }
}
