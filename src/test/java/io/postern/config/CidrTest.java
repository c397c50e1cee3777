package io.postern.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CidrTest {

  @ParameterizedTest
  @CsvSource({
    "10.20.0.0/16, 10.20.0.0, true",
    "10.20.0.0/16, 10.20.255.255, true",
    "10.20.0.0/16, 10.21.0.0, false",
    "10.20.0.0/16, 10.19.255.255, false",
    "10.20.128.0/17, 10.20.127.255, false",
    "10.20.128.0/17, 10.20.200.1, true",
    "10.20.30.40/32, 10.20.30.40, true",
    "10.20.30.40/32, 10.20.30.41, false",
    "10.20.30.40/31, 10.20.30.41, true",
    "0.0.0.0/0, 255.1.2.3, true",
    "0.0.0.0/0, ::1, false",
    "::/0, 1.2.3.4, false",
    "::/0, 2001:db8::1, true",
    "0.0.0.0/0, ::ffff:1.2.3.4, true",
    "2001:db8::/32, 2001:db8:ffff::1, true",
    "2001:db8::/32, 2001:db9::1, false",
    "2001:db8:8000::/33, 2001:db8:7fff::1, false",
    "fe80::/10, fe80::1%1, true",
    "::1/128, ::1, true",
    "::1/128, ::2, false"
  })
  void contains(String range, String address, boolean contained) {
    Cidr cidr = Cidr.parse(range);
    assertThat(cidr.contains(InetAddress.ofLiteral(address))).isEqualTo(contained);
    assertThat(cidr).hasToString(range).isEqualTo(Cidr.parse(range));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/8",
        "10.20.0.0/",
        "10.20.0.0/33",
        "10.20.0.0/-1",
        "10.20.0.0/016",
        "10.20.0.0/16/1",
        "10.20.0.0",
        "10.20/16",
        "host/16",
        "10.20.0.1/16",
        "2001:db8::1/32",
        "2001:db8::/129",
        "[2001:db8::]/32",
        "fe80::1%1/128",
        "::ffff:10.0.0.0/104",
        " 10.0.0.0/8"
      })
  void noRanges(String text) {
    assertThatThrownBy(() -> Cidr.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }
}
