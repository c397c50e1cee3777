package io.postern.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import io.postern.config.TlsConfig.Version;
import io.postern.tls.CertificateAuthority.Issued;
import io.postern.tls.OpensslCommand.Output;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Handshakes with other implementations than the JDK's: OpenSSL, and BoringSSL itself. */
class OpensslHandshakeTest {

  @TempDir static Path dir;
  private static final CertificateAuthority ROOT = CertificateAuthority.create("Root");
  private static final CertificateAuthority ISSUING = ROOT.subordinate("Issuing");
  private static Issued ecdsa;
  private static Issued rsa;
  private static ListenerTls store;
  private static HandshakeServer server;

  @BeforeAll
  static void start() throws Exception {
    ROOT.writeCa(dir.resolve("ca.pem"));
    ecdsa = ISSUING.issue(KeyType.ECDSA, List.of("a.example.com", "*.wild.example.com"));
    rsa = ISSUING.issue(KeyType.RSA, List.of("a.example.com", "*.wild.example.com"));
    ecdsa.writeTo(dir, "ecdsa");
    rsa.writeTo(dir, "rsa");
    ISSUING.issue(KeyType.ECDSA, List.of("other.example.com")).writeTo(dir, "other");
    store =
        Stores.ready(
            Stores.config(
                Version.TLSV1_2,
                Stores.certificate(dir, "ecdsa"),
                Stores.certificate(dir, "rsa"),
                Stores.certificate(dir, "other")));
    server = new HandshakeServer(store);
  }

  @AfterAll
  static void stop() {
    server.close();
    store.close();
  }

  @ParameterizedTest
  @CsvSource({"-tls1_3,TLSv1.3", "-tls1_2,TLSv1.2"})
  void theChainVerifiesToTheRoot(String option, String version) throws Exception {
    for (String host : List.of("a.example.com", "b.wild.example.com")) {
      Output output =
          client(option, "-servername", host, "-verify_hostname", host, "-alpn", "h2,http/1.1");

      assertThat(output.text()).contains("Verify return code: 0 (ok)");
      assertThat(output.text()).contains("ALPN protocol: h2", "New, " + version);
      assertThat(output.presented()).isEqualTo(ecdsa.certificate());
      assertThat(output.exit()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_3", "-tls1_2"})
  void aClientThatKnowsOnlyRsaSignaturesIsServedRsa(String version) throws Exception {
    Output output =
        client(version, "-servername", "a.example.com", "-sigalgs", "RSA-PSS+SHA256:RSA+SHA256");

    assertThat(output.presented()).isEqualTo(rsa.certificate());
    assertThat(output.text()).contains("Verify return code: 0 (ok)");
  }

  @Test
  void aClientThatKnowsOnlyRsaSuitesIsServedRsa() throws Exception {
    Output output = client("-tls1_2", "-noservername", "-cipher", "ECDHE-RSA-CHACHA20-POLY1305");

    assertThat(output.presented()).isEqualTo(rsa.certificate());
    assertThat(output.text()).contains("Cipher is ECDHE-RSA-CHACHA20-POLY1305");
  }

  @Test
  void aClientWithoutSniIsServed() throws Exception {
    assertThat(client("-noservername").presented()).isEqualTo(ecdsa.certificate());
  }

  /** Not allowed in SNI, but sent by some; the handshake goes on with the default certificate. */
  @Test
  void anAddressAsServerNameIsNoHostOfOurs() throws Exception {
    assertThat(client("-servername", "127.0.0.1").presented()).isEqualTo(ecdsa.certificate());
  }

  @Test
  void aServerNameThatIsNoHostGetsTheDefault() throws Exception {
    Output output = client("-servername", "a.example.com.");

    assertThat(output.presented()).isEqualTo(ecdsa.certificate());
    assertThat(output.exit()).isZero();
  }

  /** What we cannot read the TLS library refuses in the words of the protocol. */
  @Test
  void aMalformedClientHelloGetsAnAlert() throws Exception {
    byte[] body = ByteBufUtil.getBytes(new HelloBytes().host("a").host("b").body());
    ByteBuf record = Unpooled.buffer().writeByte(22).writeShort(0x0301);
    record.writeShort(body.length + 4).writeByte(1).writeMedium(body.length).writeBytes(body);
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      socket.setSoTimeout(20_000);
      socket.getOutputStream().write(ByteBufUtil.getBytes(record));
      byte[] answer = socket.getInputStream().readAllBytes();

      // Alert, its length, fatal, and illegal_parameter or decode_error (RFC 8446 §6).
      assertThat(answer).hasSize(7).startsWith(21).containsSequence(0, 2, 2);
      assertThat((int) answer[6]).isIn(47, 50);
    }
  }

  @Test
  void tls11IsRefused() {
    Output output = client("-tls1_1", "-cipher", "ALL:@SECLEVEL=0");

    assertThat(output.text()).contains("alert protocol version");
    assertThat(output.exit()).isNotZero();
  }

  @ParameterizedTest
  @CsvSource({"-tls1_3,TLSv1.3", "-tls1_2,TLSv1.2"})
  void ticketsResumeSessionsOfBothVersions(String option, String version) {
    String session = "session" + option;
    Output first = client(option, "-servername", "a.example.com", "-sess_out", session);
    Output second = client(option, "-servername", "a.example.com", "-sess_in", session);

    assertThat(first.text()).contains("New, " + version);
    assertThat(second.text()).contains("Reused, " + version);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_3", "-tls1_2"})
  void aTicketForOneHostOpensNoOther(String version) {
    String session = "session-cross" + version;
    client(version, "-servername", "a.example.com", "-sess_out", session);
    Output second = client(version, "-servername", "other.example.com", "-sess_in", session);

    assertThat(second.text()).contains("New, TLSv1");
  }

  /** It is another certificate of the same hosts, as the one is that follows. */
  @ParameterizedTest
  @ValueSource(strings = {"-tls1_3", "-tls1_2"})
  void aTicketIsGoodForTheCertificateThatFollows(String version) throws Exception {
    String session = "session-follows" + version;
    client(version, "-servername", "other.example.com", "-sess_out", session);
    Issued next = ISSUING.issue(KeyType.ECDSA, List.of("other.example.com"));
    next.writeTo(dir, "other");
    for (int looks = 0; looks < 2; looks++) {
      CertificateStore replaced = store.refresh(Stores.now(), List.of());
      if (replaced != null) {
        replaced.close();
      }
    }
    Output second = client(version, "-servername", "other.example.com", "-sess_in", session);

    assertThat(second.text()).contains("Reused, TLSv1");
    assertThat(client(version, "-servername", "other.example.com").presented())
        .isEqualTo(next.certificate());
  }

  /** The client is BoringSSL too, and offers nothing else; PostQuantumTest has one of others. */
  @Test
  void postQuantumKeyExchangeIsOffered() throws Exception {
    SslContext context =
        SslContextBuilder.forClient()
            .sslProvider(SslProvider.OPENSSL_REFCNT)
            .trustManager(ROOT.caCertificate())
            .option(OpenSslContextOption.GROUPS, new String[] {"X25519MLKEM768"})
            .build();
    EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try {
      Channel channel = connect(loops, context);
      Future<Channel> handshake = channel.pipeline().get(SslHandler.class).handshakeFuture();
      assertThat(handshake.await(20_000)).isTrue();
      assertThat(handshake.cause()).isNull();
    } finally {
      loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
      ReferenceCountUtil.release(context);
    }
    assertThat(ClientHello.parse(Unpooled.wrappedBuffer(lastHello())).groups())
        .isEqualTo(new ClientHello.Codes('\u11EC'));
  }

  private static Channel connect(EventLoopGroup loops, SslContext context)
      throws InterruptedException {
    return new Bootstrap()
        .group(loops)
        .channel(NioSocketChannel.class)
        .handler(
            new ChannelInitializer<>() {
              @Override
              protected void initChannel(Channel channel) {
                channel
                    .pipeline()
                    .addLast(context.newHandler(channel.alloc(), "a.example.com", 443));
              }
            })
        .connect(InetAddress.getLoopbackAddress(), server.port())
        .sync()
        .channel();
  }

  private static byte[] lastHello() {
    return server.hellos.stream().reduce((_, last) -> last).orElseThrow();
  }

  private static Output client(String... args) {
    List<String> all = new ArrayList<>(List.of("-CAfile", "ca.pem"));
    all.addAll(List.of(args));
    return OpensslCommand.client(dir, server.port(), all.toArray(String[]::new));
  }
}
