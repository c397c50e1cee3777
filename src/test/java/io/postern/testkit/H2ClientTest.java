package io.postern.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.SslContextBuilder;
import io.postern.tls.CertificateAuthority;
import io.postern.tls.CertificateAuthority.Issued;
import io.postern.tls.KeyType;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The HTTP/2 client of the kit against Netty's server. */
class H2ClientTest {

  private final H2Server server = new H2Server(null);
  private final H2Client client = H2Client.over(RawClient.connect(server.address()));

  @AfterEach
  void close() {
    client.close();
    server.close();
  }

  @Test
  void requestsAreAnswered() {
    H2Stream first = client.get("a.test", "/one");
    H2Stream second = client.get("a.test", "/two");

    assertThat(second.answer().field("x-path")).isEqualTo("/two");
    assertThat(first.answer().status()).isEqualTo(200);
    assertThat(first.answer().field("x-authority")).isEqualTo("a.test");
    assertThat(second.id()).isEqualTo(3);
    client.awaitSettingsAck();
    assertThat(client.awaitSettings()).isNotNull();
  }

  @Test
  void fieldsOfAnyOrderAndSizeAreSent() {
    List<Field> fields = new ArrayList<>(H2Client.request("GET", "a.test", "/order"));
    fields.add(new Field("long", "v".repeat(300)));
    for (int i = 0; i < 30; i++) {
      fields.add(new Field("f" + i, "x".repeat(200)));
    }
    assertThat(client.open(true, fields).answer().field("x-long")).hasSize(300);

    List<Field> reversed = new ArrayList<>(H2Client.request("GET", "a.test", "/"));
    reversed.add(new Field("early", "1"));
    Collections.reverse(reversed);
    // A regular field before the pseudo-header fields is malformed (RFC 9113 §8.3).
    assertThat(client.open(true, reversed).awaitReset()).isEqualTo(0x1);
  }

  @Test
  void aFieldBlockThatNeedsContinuationArrivesWhole() {
    List<Field> fields = new ArrayList<>(H2Client.request("GET", "a.test", "/continued"));
    fields.add(new Field("wide", "w".repeat(4_000)));
    String block = H2Frame.fieldBlock(fields);
    H2Stream stream = client.reserve();
    client.frame(H2Frame.HEADERS, H2Frame.END_STREAM, stream.id(), block.substring(0, 50));
    client.frame(H2Frame.CONTINUATION, 0, stream.id(), block.substring(50, 60));
    client.frame(H2Frame.CONTINUATION, H2Frame.END_HEADERS, stream.id(), block.substring(60));

    assertThat(stream.answer().field("x-wide")).hasSize(4_000);
  }

  @Test
  void contentAndTrailersGoBothWays() {
    H2Stream stream = client.start("POST", "a.test", "/echo", "te", "trailers");
    assertThat(stream.awaitHead().status()).isEqualTo(200);
    stream.data("ab", false);
    stream.awaitReceived(2);
    stream.data("cd", false).trailers("x-one", "1", "x-two", "2");

    assertThat(stream.answer().text()).isEqualTo("abcd");
    assertThat(stream.answer().content().trailers()).containsExactly(new Field("x-trailers", "2"));
  }

  @Test
  void largeContentIsSentWithinTheWindows() {
    Content large = Content.ofSize(3_000_001);
    H2Stream stream = client.start("PUT", "a.test", "/echo").send(large).end();

    assertThat(stream.answer().content().isAllOf(large)).isTrue();
  }

  @Test
  void windowsAreTheTestsWhenItWants() {
    client.givesBack(false);
    H2Stream stream = client.get("a.test", "/large");
    stream.awaitReceived(65_535);
    client.ping("12345678").awaitPing("12345678");
    assertThat(stream.received()).isEqualTo(65_535);

    stream.widen(200_000);
    client.ping("abcdefgh").awaitPing("abcdefgh");
    assertThat(stream.received()).as("the connection's window is still shut").isEqualTo(65_535);

    client.widen(200_000);
    assertThat(stream.answer().content().isAllOf(Content.ofSize(200_000))).isTrue();
  }

  @Test
  void whatEndsAStreamOrAConnectionIsSeen() {
    assertThat(client.get("a.test", "/reset").awaitReset()).isEqualTo(0x8);
    H2Stream hinted = client.get("a.test", "/hints");
    assertThat(hinted.answer().status()).isEqualTo(204);
    assertThat(hinted.informational()).extracting(H2Stream.Head2::status).containsExactly(103);
    client.get("a.test", "/goaway");
    assertThat(client.awaitGoAway().code()).isEqualTo(0xB);
    assertThat(client.awaitGoAway().debug()).isEqualTo("enough");
  }

  @Test
  void badFramesAreSentAsTheyAre() {
    client.frame(H2Frame.DATA, 0, 0, "on no stream");

    assertThat(client.awaitGoAway().code()).isEqualTo(0x1);
    assertThat(client.awaitEnding()).isEqualTo(RawClient.Ending.CLOSED);
    assertThatThrownBy(() -> client.get("a.test", "/").answer())
        .isInstanceOfAny(AssertionError.class, UncheckedIOException.class);
  }

  @Test
  void alpnChoosesIt() throws Exception {
    CertificateAuthority authority = CertificateAuthority.create("Kit CA");
    Issued issued = authority.issue(KeyType.ECDSA, List.of("a.test"));
    try (H2Server secure =
            new H2Server(
                SslContextBuilder.forServer(issued.key(), issued.chain())
                    .applicationProtocolConfig(
                        new ApplicationProtocolConfig(
                            Protocol.ALPN,
                            SelectorFailureBehavior.NO_ADVERTISE,
                            SelectedListenerFailureBehavior.ACCEPT,
                            "h2"))
                    .build());
        H2Client overTls =
            H2Client.connect(
                secure.address(),
                ClientTls.of(authority.caCertificate(), "a.test", "h2", "http/1.1"))) {
      assertThat(overTls.connection().protocol()).isEqualTo("h2");
      assertThat(overTls.get("a.test", "/tls").answer().field("x-path")).isEqualTo("/tls");
    }
  }
}
