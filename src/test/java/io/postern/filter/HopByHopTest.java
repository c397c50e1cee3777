package io.postern.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import io.postern.http.Fields;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HopByHopTest {

  private static Fields fields(String... lines) {
    Fields fields = new Fields();
    for (String line : lines) {
      int colon = line.indexOf(':');
      fields.add(
          new AsciiString(line.substring(0, colon)),
          new AsciiString(line.substring(colon + 1).strip()));
    }
    return fields;
  }

  private static String[] left(String... lines) {
    Fields fields = fields(lines);
    HopByHop.remove(fields);
    return fields.toString().isEmpty() ? new String[0] : fields.toString().split("\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "connection",
        "keep-alive",
        "proxy-connection",
        "te",
        "transfer-encoding",
        "upgrade",
        "http2-settings",
        "proxy-authenticate",
        "proxy-authorization"
      })
  void aFieldOfOneHopGoesWhereverItStandsAndHoweverOften(String name) {
    assertThat(left(name + ": x", "a: 1", name + ": y", name + ": z", "b: 2", name + ": x"))
        .containsExactly("a: 1", "b: 2");
    assertThat(left(name + ": x")).isEmpty();
  }

  @Test
  void allOfThemGoTogetherAndTheRestKeepsItsOrder() {
    assertThat(
            left(
                "upgrade: h2c",
                "te: trailers",
                "a: 1",
                "connection: upgrade, http2-settings",
                "http2-settings: AAMAAABkAAQAoAAAAAIAAAAA",
                "a: 2",
                "trailer: x-sum",
                "keep-alive: timeout=5",
                "a: 3"))
        .containsExactly("a: 1", "a: 2", "trailer: x-sum", "a: 3");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "trailers           | te: trailers",
        "gzip, Trailers     | te: trailers",
        "trailers ,deflate  | te: trailers",
        "gzip;q=0.5         |",
        "trailers;q=0       |",
        "gzip, trailers; q=0|",
        "no-trailers        |",
      })
  void teStaysWhereTheClientTakesTrailers(String te, @Nullable String stays) {
    Fields fields = fields("te: " + te);
    HopByHop.removeFromRequest(fields);
    assertThat(fields.toString().strip()).isEqualTo(stays == null ? "" : stays);
  }

  @Test
  void namesOfTheSameLengthStay() {
    String[] lines = {
      "xx: 1", "referer: 2", "user-agent: 3", "accept-charset: 4", "x-forwarded-portt: 5"
    };
    assertThat(left(lines)).containsExactly(lines);
  }

  @Test
  void whatConnectionNominatesGoes() {
    assertThat(left("x-a: 1", "connection: close, X-A ,,x-b", "x-b: 2", "x-a: 3", "x-c: 4"))
        .containsExactly("x-c: 4");
  }

  @Test
  void everyConnectionFieldIsRead() {
    assertThat(
            left("connection: x-a", "x-a: 1", "x-b: 2", "connection: keep-alive", "connection:x-b"))
        .isEmpty();
  }

  @Test
  void aNominationIsOfAWholeName() {
    assertThat(left("connection: x-a", "x-ab: 1", "x: 2", "x-a-: 3"))
        .containsExactly("x-ab: 1", "x: 2", "x-a-: 3");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "host",
        "content-length",
        "content-type",
        "authorization",
        "cookie",
        "set-cookie",
        "cache-control",
        "forwarded",
        "via",
        "x-forwarded-for",
        "x-forwarded-anything",
        "x-postern-vpce",
        "x-postern-tenant",
        "x-amz-date",
        "x-amz-content-sha256",
        "x-real-ip"
      })
  void aFieldWithAMeaningFromEndToEndCannotBeNominatedAway(String name) {
    assertThat(left(name + ": 1", "connection: close, " + name.toUpperCase(Locale.ROOT)))
        .containsExactly(name + ": 1");
  }

  @Test
  void nominationsBeyondTheLimitAreNotLookedAt() {
    String options =
        IntStream.range(1, HopByHop.MAX_NOMINATED)
            .mapToObj(i -> "o" + i)
            .collect(Collectors.joining(","));
    assertThat(left("connection: " + options + ", x-last, x-over", "x-last: 1", "x-over: 2"))
        .containsExactly("x-over: 2");
    assertThat(
            left("connection: " + options, "connection: x-last, x-over", "x-last: 1", "x-over: 2"))
        .containsExactly("x-over: 2");
  }
}
