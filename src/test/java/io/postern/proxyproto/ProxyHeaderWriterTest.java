package io.postern.proxyproto;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.haproxy.HAProxyCommand;
import io.netty.handler.codec.haproxy.HAProxyMessage;
import io.netty.handler.codec.haproxy.HAProxyMessageDecoder;
import io.netty.handler.codec.haproxy.HAProxyProxiedProtocol;
import io.netty.handler.codec.haproxy.HAProxySSLTLV;
import io.netty.handler.codec.haproxy.HAProxyTLV;
import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import io.postern.proxyproto.Introduction.Shown;
import io.postern.proxyproto.Introduction.Tls;
import io.postern.proxyproto.ProxyHeader.Addresses;
import io.postern.proxyproto.ProxyHeader.Form;
import io.postern.testkit.ProxyV2;
import io.postern.testkit.SentHeader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What is written is what was meant, as our own reader finds it, the one of Netty, and a third that
 * knows neither.
 */
class ProxyHeaderWriterTest {

  private static final int CASES = 3000;
  private static final List<Shown> EVERY = List.of(Shown.NEVER, Shown.BEFORE, Shown.NOW);

  private static byte[] bytes(ByteBuf header) {
    return ByteBufUtil.getBytes(header);
  }

  private static Addresses addresses(String client, String local) {
    return new Addresses(new InetSocketAddress(client, 51442), new InetSocketAddress(local, 443));
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.7, 10.0.0.1, PROXY TCP4 192.0.2.7 10.0.0.1 51442 443",
    "2001:db8::7, 2001:db8::1, PROXY TCP6 2001:db8::7 2001:db8::1 51442 443",
    "192.0.2.7, 2001:db8::1, PROXY TCP6 ::ffff:192.0.2.7 2001:db8::1 51442 443",
    "fe80::1%1, 10.0.0.1, PROXY TCP6 fe80::1 ::ffff:10.0.0.1 51442 443"
  })
  void aLine(String client, String local, String line) {
    Addresses addresses = addresses(client, local);
    byte[] written = bytes(ProxyHeaderWriter.line(addresses));
    assertThat(new String(written, StandardCharsets.US_ASCII)).isEqualTo(line + "\r\n");
    assertThat(requireNonNull(Decoded.of(written).header()).addresses())
        .isEqualTo(withoutScope(addresses));
  }

  private static Addresses withoutScope(Addresses of) {
    return new Addresses(withoutScope(of.client()), withoutScope(of.local()));
  }

  private static InetSocketAddress withoutScope(InetSocketAddress of) {
    try {
      InetAddress bare = InetAddress.getByAddress(of.getAddress().getAddress());
      return new InetSocketAddress(bare, of.getPort());
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible);
    }
  }

  @Test
  void onOurOwnBehalf() {
    assertThat(bytes(ProxyHeaderWriter.unknownLine()))
        .asString(StandardCharsets.US_ASCII)
        .isEqualTo("PROXY UNKNOWN\r\n");
    for (boolean checksum : new boolean[] {false, true}) {
      ProxyHeader header =
          requireNonNull(Decoded.of(bytes(ProxyHeaderWriter.localBlock(checksum))).header());
      assertThat(header.form()).isEqualTo(Form.LOCAL);
      HAProxyMessage read = netty(bytes(ProxyHeaderWriter.localBlock(checksum)));
      assertThat(read.command()).isEqualTo(HAProxyCommand.LOCAL);
      read.release();
    }
  }

  /** Byte by byte what somebody else wrote down of the same client. */
  @ParameterizedTest
  @ValueSource(strings = {"192.0.2.7", "2001:db8::7"})
  void aBlockIsWhatTheLoadBalancerWrites(String client) {
    boolean four = client.indexOf('.') > 0;
    Addresses addresses = addresses(client, four ? "10.0.0.1" : "2001:db8::1");
    Introduction of =
        new Introduction(addresses, null, null, null, null, new AsciiString(ProxyV2.VPCE), true);
    assertThat(bytes(ProxyHeaderWriter.block(of)))
        .isEqualTo(
            ProxyV2.proxied(addresses.client(), addresses.local())
                .vpce(ProxyV2.VPCE)
                .checksum()
                .bytes());
  }

  /** Old versions of nginx have room for no more. */
  @Test
  void whatIsSentByDefaultFitsInto107Bytes() {
    AsciiString vpce = new AsciiString(ProxyV2.VPCE);
    Addresses six = addresses("2001:db8::7", "2001:db8::1");
    Introduction usual = new Introduction(six, null, null, null, null, vpce, true);
    assertThat(ProxyHeaderWriter.block(usual).readableBytes()).isLessThanOrEqualTo(107);
  }

  @Test
  void anything() throws IOException {
    Random random = new Random(20261128);
    for (int i = 0; i < CASES; i++) {
      Introduction of = introduction(random);
      byte[] written = bytes(ProxyHeaderWriter.block(of));
      ourReader(of, written);
      nettysReader(of, written);
      thirdReader(of, written);
      byte[] line = bytes(ProxyHeaderWriter.line(of.addresses()));
      assertThat(decode(line).addresses()).isEqualTo(of.addresses());
      HAProxyMessage read = netty(line);
      assertThat(read.sourceAddress())
          .isEqualTo(text(of.addresses().client(), isFour(of.addresses())));
      read.release();
    }
  }

  private static ProxyHeader decode(byte[] header) {
    ByteBuf in = Unpooled.wrappedBuffer(header);
    try {
      ProxyHeader read = requireNonNull(new ProxyHeaderDecoder().decode(in));
      assertThat(in.isReadable()).isFalse();
      return read;
    } catch (MalformedHeader flaw) {
      throw new AssertionError(flaw);
    }
  }

  private static void ourReader(Introduction of, byte[] written) {
    assertThat(decode(written)).isEqualTo(new ProxyHeader(Form.V2, of.addresses(), of.vpce()));
  }

  private static HAProxyMessage netty(byte[] header) {
    EmbeddedChannel channel = new EmbeddedChannel(new HAProxyMessageDecoder());
    channel.writeInbound(Unpooled.wrappedBuffer(header));
    HAProxyMessage read = requireNonNull(channel.readInbound());
    channel.finishAndReleaseAll();
    return read;
  }

  private static void nettysReader(Introduction of, byte[] written) {
    HAProxyMessage read = netty(written);
    boolean four = isFour(of.addresses());
    assertThat(read.proxiedProtocol())
        .isEqualTo(four ? HAProxyProxiedProtocol.TCP4 : HAProxyProxiedProtocol.TCP6);
    assertThat(NetUtil.createByteArrayFromIpAddressString(read.sourceAddress()))
        .isEqualTo(NetUtil.createByteArrayFromIpAddressString(text(of.addresses().client(), four)));
    assertThat(read.sourcePort()).isEqualTo(of.addresses().client().getPort());
    assertThat(read.destinationPort()).isEqualTo(of.addresses().local().getPort());
    Map<HAProxyTLV.Type, String> values = new HashMap<>();
    for (HAProxyTLV each : read.tlvs()) {
      if (each instanceof HAProxySSLTLV tls) {
        checkTls(requireNonNull(of.tls()), tls);
      } else {
        values.put(each.type(), each.content().toString(StandardCharsets.UTF_8));
      }
    }
    assertThat(values.get(HAProxyTLV.Type.PP2_TYPE_ALPN)).isEqualTo(of.alpn());
    assertThat(values.get(HAProxyTLV.Type.PP2_TYPE_AUTHORITY)).isEqualTo(of.authority());
    read.release();
  }

  private static void checkTls(Tls of, HAProxySSLTLV read) {
    assertThat(read.isPP2ClientSSL()).isTrue();
    assertThat(read.isPP2ClientCertConn()).isEqualTo(of.shown() == Shown.NOW);
    assertThat(read.isPP2ClientCertSess()).isEqualTo(of.shown() != Shown.NEVER);
    assertThat(read.verify() == 0).isEqualTo(of.shown() != Shown.NEVER);
    Map<HAProxyTLV.Type, String> values = new HashMap<>();
    read.encapsulatedTLVs()
        .forEach(each -> values.put(each.type(), each.content().toString(StandardCharsets.UTF_8)));
    assertThat(values.get(HAProxyTLV.Type.PP2_TYPE_SSL_VERSION)).isEqualTo(of.version());
    assertThat(values.get(HAProxyTLV.Type.PP2_TYPE_SSL_CN)).isEqualTo(of.commonName());
    assertThat(values).hasSize(of.commonName() == null ? 2 : 3);
  }

  private static void thirdReader(Introduction of, byte[] written) throws IOException {
    SentHeader read = SentHeader.read(new ByteArrayInputStream(written));
    assertThat(read.sum()).isEqualTo(of.checksum() ? SentHeader.Sum.RIGHT : SentHeader.Sum.NONE);
    assertThat(read.tlvs().get(0x05))
        .isEqualTo(of.uniqueId() == null ? null : of.uniqueId().toString());
    assertThat(read.tlvs().get(0xEA)).isEqualTo(of.vpce() == null ? null : "\u0001" + of.vpce());
    assertThat(read.tlvs().containsKey(0x20)).isEqualTo(of.tls() != null);
  }

  private static boolean isFour(Addresses both) {
    return both.client().getAddress() instanceof Inet4Address
        && both.local().getAddress() instanceof Inet4Address;
  }

  private static String text(InetSocketAddress address, boolean four) {
    String text = NetUtil.toAddressString(address.getAddress());
    return !four && address.getAddress() instanceof Inet4Address ? "::ffff:" + text : text;
  }

  private static Introduction introduction(Random random) {
    return new Introduction(
        new Addresses(address(random), address(random)),
        random.nextBoolean() ? "h2" : null,
        random.nextBoolean() ? word(random, 255) : null,
        random.nextBoolean() ? new AsciiString(word(random, 128)) : null,
        random.nextBoolean() ? tls(random) : null,
        random.nextBoolean()
            ? new AsciiString("vpce-%017x".formatted(random.nextLong() >>> 4))
            : null,
        random.nextBoolean());
  }

  private static Tls tls(Random random) {
    Shown shown = EVERY.get(random.nextInt(EVERY.size()));
    @Nullable String name =
        shown == Shown.NEVER ? null : random.nextBoolean() ? word(random, 64) : "\u00dc\u4e2d";
    return new Tls("TLSv1.3", "TLS_AES_128_GCM_SHA256", shown, name);
  }

  private static String word(Random random, int most) {
    StringBuilder word = new StringBuilder();
    for (int i = random.nextInt(most); i >= 0; i--) {
      word.append((char) ('!' + random.nextInt(94)));
    }
    return word.toString();
  }

  private static InetSocketAddress address(Random random) {
    byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
    random.nextBytes(bytes);
    try {
      return new InetSocketAddress(InetAddress.getByAddress(bytes), random.nextInt(65536));
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
