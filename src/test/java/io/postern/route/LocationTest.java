package io.postern.route;

import static io.postern.route.Routes.any;
import static io.postern.route.Routes.bytes;
import static io.postern.route.Routes.get;
import static io.postern.route.Routes.redirect;
import static io.postern.route.Routes.taker;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import io.postern.http.Fields;
import io.postern.http.HttpVersion;
import io.postern.http.RequestHead;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocationTest {

  private static String of(String template, RequestHead head) {
    return Location.compile(template).of(head).toString();
  }

  @ParameterizedTest
  @CsvSource({
    "https://${host}${path}${query}, E.com:8080, /a%20B/?x=1&y, https://E.com/a%20B/?x=1&y",
    "https://${host}${path}${query}, e.com, /, https://e.com/",
    "https://${host}${path}, '[::1]:80', /a?b, https://[::1]/a",
    "https://${host}${path}, '[::1]', /a, https://[::1]/a",
    "https://other.example.com/x${path}, e.com, /a, https://other.example.com/x/a",
    "https://other${query}, e.com, /a??, https://other??",
    "/moved, e.com, /a?b, /moved",
    "/$x$, e.com, /a, /$x$",
    "/$${path}$, e.com, /a, /$/a$",
    "${query}${query}, e.com, /?a, ?a?a",
    "https://${host}${path}${query}, e.com, *, https://e.com",
  })
  void placeholdersStandForPartsOfTheRequest(
      String template, String authority, String target, String location) {
    assertThat(of(template, get(authority, target))).isEqualTo(location);
  }

  @ParameterizedTest
  @CsvSource({
    "${path}, //evil.com/x, /.//evil.com/x",
    "${path}${query}, ///evil.com?a, /.///evil.com?a",
    "/${path}, /evil.com, /.//evil.com",
    "//fixed${path}, //a, //fixed//a",
    "https://e.com${path}, //evil.com, https://e.com//evil.com",
    "${path}, /a, /a",
  })
  void aPathNeverBecomesAHost(String template, String target, String location) {
    assertThat(of(template, get("e.com", target))).isEqualTo(location);
  }

  @Test
  void whatNoUriHasIsEscapedForEveryByte() {
    for (int b = 0; b < 256; b++) {
      if (b == '?') {
        continue;
      }
      AsciiString target = new AsciiString(new byte[] {'/', (byte) b, '?', (byte) b}, false);
      RequestHead head =
          new RequestHead(
              HttpVersion.HTTP_1_1,
              bytes("GET"),
              bytes("e.com"),
              target,
              bytes("e.com"),
              bytes("/"),
              bytes(""),
              new Fields(),
              -1,
              false);
      String location = of("https://${host}${path}${query}", head);
      assertThat(location).matches("https://e\\.com/[!$-;=?-\\[\\]_a-z~]+\\?[!$-;=?-\\[\\]_a-z~]+");
      String out = location.substring("https://e.com/".length(), location.lastIndexOf('?'));
      assertThat(out.length() == 1 ? out.charAt(0) : Integer.parseInt(out.substring(1), 16))
          .isEqualTo(out.length() == 1 ? (char) b : b);
    }
  }

  @Test
  void aRedirectToTheHostOfTheRequestNeedsOne() {
    var toHost = Routes.route(0, any(), null, redirect("https://${host}/"), null);
    var table = Routes.compile(List.of(toHost, Routes.toPool(1, any())));
    assertThat(taker(table, get("e.com", "/"))).isEqualTo("r0");
    assertThat(taker(table, get("", "//evil.com"))).isEqualTo("r1");
  }
}
