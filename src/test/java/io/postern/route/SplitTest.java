package io.postern.route;

import static io.postern.route.Routes.bytes;
import static io.postern.route.Routes.fields;
import static io.postern.route.Routes.head;
import static io.postern.route.Routes.place;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.netty.util.AsciiString;
import io.postern.config.RequestKey;
import io.postern.config.RequestKey.Kind;
import io.postern.config.RouteConfig;
import io.postern.http.Fields;
import io.postern.http.RequestHead;
import io.postern.shaping.Waits;
import io.postern.tenant.Tenant;
import io.postern.testkit.Unlimited;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SplitTest {

  private static final int KEYS = 20_000;

  private static Split split(RequestKey by, int... weights) {
    List<RouteConfig.PoolShare> shares = new ArrayList<>();
    for (int weight : weights) {
      shares.add(new RouteConfig.PoolShare(place("s", 1), "pool-" + shares.size(), weight));
    }
    return Split.compile(shares, by);
  }

  private static RequestKey by(Kind kind, String name) {
    return new RequestKey(kind, name);
  }

  private static double[] shares(Split split) {
    double[] shares = new double[split.pools().size()];
    for (int i = 0; i < KEYS; i++) {
      shares[split.of(bytes("key-" + i))] += 1.0 / KEYS;
    }
    return shares;
  }

  @ParameterizedTest
  @CsvSource({"90, 10, 0", "50, 30, 20", "1, 1, 1", "1000, 1, 0", "0, 0, 7"})
  void eachHasItsShareOfTheKeys(int a, int b, int c) {
    double[] shares = shares(split(by(Kind.SOURCE, ""), a, b, c));
    double total = a + b + c;
    assertThat(shares[0]).isCloseTo(a / total, within(0.015));
    assertThat(shares[1]).isCloseTo(b / total, within(0.015));
    assertThat(shares[2]).isCloseTo(c / total, within(0.015));
  }

  @Test
  void aWeightThatGrowsTakesKeysAndMovesNoOthers() {
    Split before = split(by(Kind.SOURCE, ""), 50, 40, 10);
    Split after = split(by(Kind.SOURCE, ""), 50, 40, 30);
    int moved = 0;
    for (int i = 0; i < KEYS; i++) {
      AsciiString key = bytes("key-" + i);
      if (before.of(key) != after.of(key)) {
        assertThat(after.of(key)).isEqualTo(2);
        moved++;
      }
    }
    assertThat((double) moved / KEYS).isCloseTo(0.25 - 0.1, within(0.015));
  }

  @Test
  void byLot() {
    Split split = split(by(Kind.REQUEST, ""), 75, 0, 25);
    SplittableRandom random = new SplittableRandom(7);
    int[] counts = new int[3];
    for (int i = 0; i < KEYS; i++) {
      counts[split.choose(Routes.get("e", "/"), null, bytes("192.0.2.1"), random)]++;
    }
    assertThat((double) counts[0] / KEYS).isCloseTo(0.75, within(0.015));
    assertThat(counts[1]).isZero();
  }

  private static @Nullable String read(RequestKey key, Fields fields, @Nullable Tenant tenant) {
    RequestHead head = head("GET", "e", "/a/b?c", fields);
    AsciiString read = KeyReader.of(key).read(head, tenant, bytes("192.0.2.1"));
    return read == null ? null : read.toString();
  }

  @Test
  void theKeysOfARequest() {
    Fields fields = fields("x-user", "me", "cookie", "sid=1; xsession=2;session=a=b; session=3");
    Tenant acme = new Tenant(0, bytes("acme"), 1, Unlimited.TENANT, new Waits(), null, Map.of());
    assertThat(read(by(Kind.REQUEST, ""), fields, acme)).isNull();
    assertThat(read(by(Kind.TENANT, ""), fields, acme)).isEqualTo("acme");
    assertThat(read(by(Kind.TENANT, ""), fields, null)).isNull();
    assertThat(read(by(Kind.SOURCE, ""), fields, acme)).isEqualTo("192.0.2.1");
    assertThat(read(by(Kind.PATH, ""), fields, acme)).isEqualTo("/a/b");
    assertThat(read(by(Kind.HEADER, "x-user"), fields, acme)).isEqualTo("me");
    assertThat(read(by(Kind.HEADER, "x-other"), fields, acme)).isNull();
    assertThat(read(by(Kind.COOKIE, "sid"), fields, acme)).isEqualTo("1");
    assertThat(read(by(Kind.COOKIE, "session"), fields, acme)).isEqualTo("a=b");
    assertThat(read(by(Kind.COOKIE, "xsession"), fields, acme)).isEqualTo("2");
    assertThat(read(by(Kind.COOKIE, "id"), fields, acme)).isNull();
    assertThat(read(by(Kind.COOKIE, "session"), fields("cookie", "session"), acme)).isNull();
    assertThat(read(by(Kind.COOKIE, "session"), fields("cookie", "session="), acme)).isEmpty();
  }
}
