package io.postern.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorityTest {

  @ParameterizedTest
  @CsvSource({
    "a, a, -1",
    "a:80, a, 80",
    "A:80, a, 80",
    "a:, a, -1",
    "a:0, a, 0",
    "a:65535, a, 65535",
    "a:00080, a, 80",
    "Login.Example.COM, login.example.com, -1",
    "login.example.com., login.example.com, -1",
    "Login.Example.com.:443, login.example.com, 443",
    "a-b_c~d.e, a-b_c~d.e, -1",
    "-a-, -a-, -1",
    "127.0.0.1:8080, 127.0.0.1, 8080",
    "[::], [::], -1",
    "[::1]:443, [::1], 443",
    "[2001:DB8::A], [2001:db8::a], -1",
    "[::ffff:10.0.0.1]:, [::ffff:10.0.0.1], -1",
  })
  void reads(String text, String host, int port) {
    Authority authority = requireNonNull(parse(text));
    assertThat(authority.text().toString()).isEqualTo(text);
    assertThat(authority.host().toString()).isEqualTo(host);
    assertThat(authority.port()).isEqualTo(port);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        ":80",
        ".",
        "..",
        ".a",
        "a..",
        "a..b",
        "a:b",
        "a:8o",
        "a:+1",
        "a:65536",
        "a:000080",
        "a:80:",
        "a:80:80",
        "a b",
        " a",
        "a ",
        "a/",
        "a?",
        "a#",
        "a@b",
        "@a",
        "a,b",
        "a;b",
        "a=b",
        "a%41",
        "a!",
        "a*",
        "*.a",
        "a'b",
        "a(b)",
        "a&b",
        "a$b",
        "a\\b",
        "a\"",
        "a\u0000",
        "a\u007f",
        "b\u00fccher",
        "[",
        "]",
        "[]",
        "[::1",
        "::1",
        "[::1]x",
        "[::1]80",
        "[::1].",
        "[::1%eth0]",
        "[v1.x]",
        "[1.2.3.4]",
        "[::g]",
        "[:::]",
        "[a]",
        "a[::1]",
        "[[::1]]",
      })
  void refuses(String text) {
    assertThat(parse(text)).as(text).isNull();
  }

  @Test
  void boundsTheLength() {
    assertThat(parse("a".repeat(255) + ":80")).isNotNull();
    assertThat(parse("a".repeat(256))).isNull();
  }

  @Test
  void copiesOnlyWhereACapitalChanges() {
    byte[] bytes = "xapi.example.com.:443x".getBytes(StandardCharsets.US_ASCII);
    Authority authority = requireNonNull(Authority.parse(bytes, 1, bytes.length - 1));
    assertThat(authority.text().array()).isSameAs(bytes);
    assertThat(authority.host().array()).isSameAs(bytes);
    assertThat(authority.host().toString()).isEqualTo("api.example.com");
  }

  private static @Nullable Authority parse(String text) {
    byte[] bytes = ("<" + text + ">").getBytes(StandardCharsets.ISO_8859_1);
    return Authority.parse(new AsciiString(bytes, 1, bytes.length - 2, false));
  }
}
