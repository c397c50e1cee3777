package io.postern.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.postern.fault.FaultException;
import io.postern.fault.Reason;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTargetTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/|/",
        "/a/b|/a/b",
        "/a.b/.c/d.|/a.b/.c/d.",
        "/.|/",
        "/./|/",
        "/a/.|/a/",
        "/a/..|/",
        "/a/../|/",
        "/a/b/../..|/",
        "/a/./././b|/a/b",
        // RFC 3986 §5.2.4
        "/a/b/c/./../../g|/a/g",
        // RFC 3986 §5.4, against the base http://a/b/c/d;p?q
        "/b/c/../g|/b/g",
        "/b/c/g;x=1/./y|/b/c/g;x=1/y",
        "/b/c/g;x=1/../y|/b/c/y",
        "/b/c/g..|/b/c/g..",
        "/b/c/..g|/b/c/..g",
        "/...|/...",
        "//|//",
        "/.//a|//a",
        "//a/../b|//b",
        "/a//|/a//",
        "/a//.|/a//",
        "/%41%2d%7E|/A-~",
        "/%2E%2e%2e|/...",
        "/x/%2e%2E/y|/y",
        "/%25|/%",
        "/%2525|/%25",
        "/%3b%3F|/;?",
        "/%E2%82%AC|/€",
        "/a%20b+c|/a b+c",
      })
  void normalisesThePath(String target, String path) {
    RequestTarget read = parse(target, false);
    assertThat(read.path().array()).as(target).startsWith(path.getBytes(StandardCharsets.UTF_8));
    assertThat(read.path().length()).isEqualTo(path.getBytes(StandardCharsets.UTF_8).length);
    assertThat(read.target().toString()).isEqualTo(target);
    assertThat(read.query().isEmpty()).isTrue();
    assertThat(read.authority()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a",
        "?",
        "*",
        "http",
        "http:/a",
        "http://",
        "http://?x",
        "http:///",
        "https://[::1/",
        "//../..",
        "/..",
        "/../",
        "/a/../..",
        "/%2e%2E",
        "/./..",
        "/a//..",
        "/..;",
        "/.;/",
        "/a/..;x/b",
        "/%",
        "/%1",
        "/%g0",
        "/%0g",
        "/%-1",
        "/% 1",
        "/%2f",
        "/%2F",
        "/%5c",
        "/%00",
        "/%1f",
        "/%7F",
        "/a#",
        "/?#",
        "/a b",
        "/\\",
        "/\u007f",
        "/\u0080",
        "/?\u00ff",
        "/\u0000",
        "/?\n",
        "/?\r",
        "/\t",
        "example.com:443",
        "javascript:alert(1)",
        "http://a:99999/",
        "http://a b/",
        "http://a%2f/",
      })
  void refuses(String target) {
    assertThatThrownBy(() -> parse(target, false))
        .isInstanceOfSatisfying(
            FaultException.class, e -> assertThat(e.fault().reason()).isEqualTo(Reason.BAD_TARGET));
  }

  @Test
  void judgesEveryByte() {
    String inPath =
        "!\"$&'()*+,-./0123456789:;<=>@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`"
            + "abcdefghijklmnopqrstuvwxyz{|}~";
    for (int b = 0; b < 256; b++) {
      boolean path = inPath.indexOf(b) >= 0 || b == '?';
      boolean query = inPath.indexOf(b) >= 0 || "?\\%".indexOf(b) >= 0;
      assertThat(accepts(new byte[] {'/', 'x', (byte) b, 'y'}))
          .as("path 0x%02x", b)
          .isEqualTo(path);
      assertThat(accepts(new byte[] {'/', '?', (byte) b})).as("query 0x%02x", b).isEqualTo(query);
    }
  }

  private static boolean accepts(byte[] target) {
    try {
      RequestTarget.parse(target, 0, target.length, false);
      return true;
    } catch (FaultException e) {
      return false;
    }
  }

  @Test
  void readsWithinALargerArray() {
    byte[] bytes = "xx/a%41?q%%y".getBytes(StandardCharsets.US_ASCII);
    RequestTarget target = RequestTarget.parse(bytes, 2, bytes.length - 2, false);
    assertThat(target.target().toString()).isEqualTo("/a%41?q%");
    assertThat(target.path().toString()).isEqualTo("/aA");
    assertThat(target.query().toString()).isEqualTo("q%");
    assertThat(new String(bytes, StandardCharsets.US_ASCII)).isEqualTo("xx/a%41?q%%y");
    assertThatThrownBy(() -> RequestTarget.parse(bytes, 2, 6, false))
        .hasMessageContaining("escape");
  }

  @Test
  void takesAnAsteriskForOptionsOnly() {
    assertThat(parse("*", true).path().toString()).isEqualTo("*");
    assertThat(parse("http://a", true).target().toString()).isEqualTo("*");
    assertThat(parse("http://a/", true).target().toString()).isEqualTo("/");
    assertThat(parse("http://a?", true).target().toString()).isEqualTo("/?");
  }

  @Test
  void takesTheAuthorityOutOfAWholeUri() {
    RequestTarget target = parse("hTTpS://Api.Example.com:8443//x/%2e?y://z", false);
    assertThat(target.target().toString()).isEqualTo("//x/%2e?y://z");
    assertThat(target.path().toString()).isEqualTo("//x/");
    assertThat(target.query().toString()).isEqualTo("y://z");
    assertThat(target.authority())
        .isNotNull()
        .satisfies(
            a -> {
              assertThat(a.text().toString()).isEqualTo("Api.Example.com:8443");
              assertThat(a.host().toString()).isEqualTo("api.example.com");
              assertThat(a.port()).isEqualTo(8443);
            });
  }

  private static RequestTarget parse(String target, boolean options) {
    byte[] bytes = target.getBytes(StandardCharsets.ISO_8859_1);
    return RequestTarget.parse(bytes, 0, bytes.length, options);
  }
}
