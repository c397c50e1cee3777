package io.postern.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ScalarTypeTest {

  @ParameterizedTest
  @CsvSource({"0ms,0", "500ms,500", "30s,30000", "5m,300000", "1h,3600000", "007s,7000"})
  void durations(String text, long millis) {
    assertThat(parse(Duration.class, text)).isEqualTo(Duration.ofMillis(millis));
  }

  @ParameterizedTest
  @CsvSource({
    "0B,0",
    "512B,512",
    "64KiB,65536",
    "10MiB,10485760",
    "1GiB,1073741824",
    "2TiB,2199023255552",
    "8388607TiB,9223370937343148032"
  })
  void sizes(String text, long bytes) {
    assertThat(parse(Size.class, text)).isEqualTo(new Size(bytes));
  }

  @ParameterizedTest
  @ValueSource(strings = {"8388608TiB", "99999999999999KiB", "1kib", "1 KiB", "1K", "", "B"})
  void noSizes(String text) {
    assertThatThrownBy(() -> parse(Size.class, text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0",
    "42,42",
    "-7,-7",
    "2147483647,2147483647",
    "2147483648,2147483647",
    "99999999999,2147483647",
    "-99999999999,-2147483648"
  })
  void integers(String text, int value) {
    assertThat(parse(int.class, text)).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({
    "5xx,500,599,499",
    "'404,5xx',404,503,403",
    "'4xx,500-502',400,502,503",
    "200-399,200,399,400"
  })
  void statuses(String text, int first, int last, int other) {
    Statuses statuses = (Statuses) parse(Statuses.class, text);
    assertThat(statuses.contains(first)).isTrue();
    assertThat(statuses.contains(last)).isTrue();
    assertThat(statuses.contains(other)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5x", "5XX", "1xx", "6xx", "5xx-", "4xx-5xx", "500-400", "50", "99"})
  void noStatuses(String text) {
    assertThatThrownBy(() -> parse(Statuses.class, text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"request", "tenant", "source", "path", "header:x-user", "cookie:SID"})
  void requestKeys(String text) {
    assertThat(parse(RequestKey.class, text)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Tenant", "header", "header:", "cookie:a b", "path:x", "query:x"})
  void noRequestKeys(String text) {
    assertThatThrownBy(() -> parse(RequestKey.class, text))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-", "+1", "-0", "01", "1e3", "0x1", "1_0", "1.0", "٣", "one"})
  void noIntegers(String text) {
    assertThatThrownBy(() -> parse(int.class, text)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a:80",
        "10.0.0.1:65535",
        "[::1]:8080",
        "a-b.c_d.internal:1",
        "[::ffff:1.2.3.4]:1"
      })
  void hostsWithPorts(String text) {
    assertThat(parse(HostPort.class, text)).hasToString(text);
    assertThat(text).matches(ScalarType.of(HostPort.class).regex());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0:443", "127.0.0.1:0", "[::]:443", "[fe80::1]:80", "systemd:edge"})
  void binds(String text) {
    assertThat(parse(Bind.class, text)).hasToString(text);
    assertThat(text).matches(ScalarType.of(Bind.class).regex());
  }

  @ParameterizedTest
  @ValueSource(strings = {"api.example.com", "*.example.com", "[::1]", "10.0.0.1", "a_b.example"})
  void hostPatterns(String text) {
    assertThat(parse(HostPattern.class, text)).hasToString(text);
    assertThat(text).matches(ScalarType.of(HostPattern.class).regex());
  }

  @Test
  void hostPatternsAreKeptInLowerCase() {
    assertThat(parse(HostPattern.class, "API.Example.COM"))
        .isEqualTo(new HostPattern("api.example.com", false));
  }

  @Test
  void aSecretIsNotPrinted() {
    assertThat(parse(Secret.class, "xyzzy")).isEqualTo(new Secret("xyzzy")).hasToString("***");
  }

  private static Object parse(Class<?> type, String text) {
    return ScalarType.of(type).parser().apply(text);
  }
}
