package io.postern.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.AsciiString;
import io.postern.http.DownstreamConnection;
import io.postern.http.DownstreamConnection.TlsSession;
import io.postern.http.Fields;
import io.postern.http.HttpVersion;
import io.postern.http.RequestHead;
import io.postern.shaping.Waits;
import io.postern.tenant.Tenant;
import io.postern.testkit.Unlimited;
import java.net.InetSocketAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardedFieldsTest {

  private static final TlsSession TLS =
      new TlsSession(
          "e.com",
          "TLSv1.3",
          "TLS_AES_128_GCM_SHA256",
          null,
          null,
          false,
          null,
          null,
          false,
          _ -> true);

  private static final AsciiString ID = new AsciiString("0f");

  private @Nullable AsciiString vpce;
  private @Nullable Tenant tenant;

  private String[] after(
      HttpVersion version,
      String authority,
      String client,
      int port,
      @Nullable TlsSession tls,
      String... lines) {
    Fields fields = new Fields();
    for (String line : lines) {
      int colon = line.indexOf(':');
      fields.add(
          new AsciiString(line.substring(0, colon)), new AsciiString(line.substring(colon + 2)));
    }
    AsciiString empty = AsciiString.EMPTY_STRING;
    AsciiString path = new AsciiString("/");
    RequestHead head =
        new RequestHead(
            version,
            new AsciiString("GET"),
            new AsciiString(authority),
            path,
            empty,
            path,
            empty,
            fields,
            -1,
            false);
    EmbeddedChannel channel = new EmbeddedChannel();
    DownstreamConnection connection =
        new DownstreamConnection(
            channel.eventLoop(),
            "edge",
            new InetSocketAddress(client, 40_000),
            new InetSocketAddress("10.0.0.1", port),
            new AsciiString(client),
            vpce,
            null,
            tls,
            channel.closeFuture());
    ForwardedFields.set(head, connection, tenant, ID);
    channel.finishAndReleaseAll();
    return fields.toString().split("\n");
  }

  @Test
  void aRequestTellsWhoIsCalling() {
    assertThat(after(HttpVersion.HTTP_1_1, "E.com:8443", "192.0.2.1", 8443, TLS, "accept: */*"))
        .containsExactly(
            "accept: */*",
            "x-forwarded-for: 192.0.2.1",
            "x-forwarded-proto: https",
            "x-forwarded-host: E.com:8443",
            "x-forwarded-port: 8443",
            "forwarded: for=192.0.2.1;host=\"E.com:8443\";proto=https",
            "x-request-id: 0f",
            "via: 1.1 postern");
  }

  @Test
  void whatIsKnownOfTheCallerIsSaidInPlaceOfWhatItSaysItself() {
    vpce = new AsciiString("vpce-08d2bf15fac5001c9");
    tenant =
        new Tenant(0, new AsciiString("acme"), 1, Unlimited.TENANT, new Waits(), null, Map.of());
    assertThat(
            after(
                HttpVersion.HTTP_1_1,
                "e.com",
                "192.0.2.1",
                80,
                null,
                "x-postern-vpce: vpce-0",
                "x-postern-tenant: evil"))
        .containsExactly(
            "x-forwarded-for: 192.0.2.1",
            "x-forwarded-proto: http",
            "x-forwarded-host: e.com",
            "x-forwarded-port: 80",
            "forwarded: for=192.0.2.1;host=e.com;proto=http",
            "x-postern-vpce: vpce-08d2bf15fac5001c9",
            "x-postern-tenant: acme",
            "x-request-id: 0f",
            "via: 1.1 postern");
  }

  @Test
  void aPlainListenerTellsSo() {
    assertThat(after(HttpVersion.HTTP_1_1, "e.com", "192.0.2.1", 80, null))
        .containsExactly(
            "x-forwarded-for: 192.0.2.1",
            "x-forwarded-proto: http",
            "x-forwarded-host: e.com",
            "x-forwarded-port: 80",
            "forwarded: for=192.0.2.1;host=e.com;proto=http",
            "x-request-id: 0f",
            "via: 1.1 postern");
  }

  @Test
  void anIpv6ClientIsBracketedAndQuotedInForwarded() {
    assertThat(after(HttpVersion.HTTP_2, "[2001:db8::2]", "2001:db8::1", 443, TLS))
        .containsExactly(
            "x-forwarded-for: 2001:db8::1",
            "x-forwarded-proto: https",
            "x-forwarded-host: [2001:db8::2]",
            "x-forwarded-port: 443",
            "forwarded: for=\"[2001:db8::1]\";host=\"[2001:db8::2]\";proto=https",
            "x-request-id: 0f",
            "via: 2 postern");
  }

  @Test
  void aRequestWithoutAHostTellsNone() {
    assertThat(after(HttpVersion.HTTP_1_0, "", "192.0.2.1", 80, null))
        .containsExactly(
            "x-forwarded-for: 192.0.2.1",
            "x-forwarded-proto: http",
            "x-forwarded-port: 80",
            "forwarded: for=192.0.2.1;proto=http",
            "x-request-id: 0f",
            "via: 1.0 postern");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x-forwarded-for",
        "x-forwarded-proto",
        "x-forwarded-host",
        "x-forwarded-port",
        "forwarded",
        "x-postern-vpce",
        "x-postern-tenant",
        "x_forwarded_for",
        "x_forwarded-for",
        "x-forwarded_proto",
        "x_postern_vpce",
        "x_postern_tenant",
        "x-request-id",
        "x_request_id"
      })
  void whatTheClientSaysOfItselfIsDropped(String name) {
    String[] lines = {name + ": evil", "a: 1", name + ": evil", name + ": evil", "b: 2"};
    assertThat(after(HttpVersion.HTTP_1_1, "e.com", "192.0.2.1", 443, TLS, lines))
        .startsWith("a: 1", "b: 2")
        .hasSize(9)
        .noneMatch(line -> line.contains("evil"));
  }

  @Test
  void namesOfTheSameLengthStay() {
    String[] lines = {
      "if-rangex: 1",
      "accept-charset: 2",
      "accept-language: 3",
      "content-encoding: 4",
      "transfer-encodinh: 5"
    };
    assertThat(after(HttpVersion.HTTP_1_1, "e.com", "192.0.2.1", 443, TLS, lines))
        .startsWith(lines);
  }

  @ParameterizedTest
  @CsvSource({
    "a_b-c.E9, a_b-c.E9",
    "a:1, '\"a:1\"'",
    "'a;b', '\"a;b\"'",
    "'a\"b\\', '\"a\\\"b\\\\\"'"
  })
  void theHostOfForwardedIsATokenOrQuoted(String authority, String written) {
    String forwarded =
        Forwarded.value(
                new AsciiString("192.0.2.1"), new AsciiString(authority), new AsciiString("http"))
            .toString();
    assertThat(forwarded).isEqualTo("for=192.0.2.1;host=" + written + ";proto=http");
  }

  @Test
  void escapesFindRoomHoweverMany() {
    String quotes = "\"".repeat(500);
    String forwarded =
        Forwarded.value(
                new AsciiString("192.0.2.1"), new AsciiString(quotes), new AsciiString("http"))
            .toString();
    assertThat(forwarded).isEqualTo("for=192.0.2.1;host=\"" + "\\\"".repeat(500) + "\";proto=http");
  }

  @Test
  void ourViaComesBehindThoseOfOthers() {
    Fields fields = new Fields();
    fields.add(new AsciiString("via"), new AsciiString("1.0 fred"));
    Via.append(fields, HttpVersion.HTTP_2);
    assertThat(fields).hasToString("via: 1.0 fred\nvia: 2 postern\n");
  }
}
