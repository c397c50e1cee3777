package io.postern.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import io.postern.config.Cidr;
import io.postern.shaping.Waits;
import io.postern.testkit.Unlimited;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose an address is. */
class SourcesTest {

  private final List<Cidr> all = new ArrayList<>();
  private final List<Tenant> tenants = new ArrayList<>();
  private final Sources sources = new Sources();

  private void add(String source) {
    Tenant tenant =
        new Tenant(
            tenants.size(),
            new AsciiString(source),
            1,
            Unlimited.TENANT,
            new Waits(),
            null,
            Map.of());
    tenants.add(tenant);
    all.add(Cidr.parse(source));
    sources.add(Cidr.parse(source), tenant);
  }

  private @Nullable String of(String address) {
    InetAddress parsed = NetUtil.createInetAddressFromIpAddressString(address);
    Tenant tenant = parsed == null ? null : sources.of(parsed);
    return tenant == null ? null : tenant.toString();
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.1, 10.0.0.1/32",
    "10.0.0.2, 10.0.0.0/24",
    "10.0.1.2, 10.0.0.0/8",
    "192.0.2.255, 192.0.2.0/24",
    "192.0.3.0,",
    "9.255.255.255,",
    "2001:db8::1, 2001:db8::/32",
    "2001:db8:0:1::5, 2001:db8:0:1::/64",
    "2001:db8:0:1::6, 2001:db8:0:1::6/128",
    "2001:db9::,",
    "::1,",
    "::ffff:a00:1, 10.0.0.1/32"
  })
  void theLongestPrefixTells(String address, @Nullable String source) {
    List.of("10.0.0.0/8", "10.0.0.0/24", "10.0.0.1/32", "192.0.2.0/24").forEach(this::add);
    List.of("2001:db8::/32", "2001:db8:0:1::/64", "2001:db8:0:1::6/128").forEach(this::add);
    assertThat(of(address)).isEqualTo(source);
  }

  @Test
  void aPrefixOfNothingIsEveryAddressOfItsFamily() {
    assertThat(of("192.0.2.1")).isNull();
    add("0.0.0.0/0");
    assertThat(of("192.0.2.1")).isEqualTo("0.0.0.0/0");
    assertThat(of("2001:db8::1")).isNull();
    add("::/0");
    assertThat(of("2001:db8::1")).isEqualTo("::/0");
    assertThat(of("192.0.2.1")).isEqualTo("0.0.0.0/0");
  }

  /** The same as looking through all of them. */
  @Test
  void ofAnyPrefixes() throws Exception {
    Random random = new Random(7);
    for (int i = 0; i < 300; i++) {
      byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
      random.nextBytes(bytes);
      bytes[0] = (byte) (random.nextInt(4) + 32);
      int bits = random.nextInt(8 * bytes.length) + 1;
      for (int bit = bits; bit < 8 * bytes.length; bit++) {
        bytes[bit / 8] &= (byte) ~(0x80 >> bit % 8);
      }
      String source = InetAddress.getByAddress(bytes).getHostAddress() + "/" + bits;
      if (!all.contains(Cidr.parse(source))) {
        add(source);
      }
    }
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = all.get(random.nextInt(all.size())).network().getAddress();
      int flipped = random.nextInt(8 * bytes.length);
      bytes[flipped / 8] ^= (byte) (0x80 >> flipped % 8);
      InetAddress address = InetAddress.getByAddress(bytes);
      Tenant longest = null;
      int length = -1;
      for (int j = 0; j < all.size(); j++) {
        if (all.get(j).contains(address) && all.get(j).prefix() > length) {
          length = all.get(j).prefix();
          longest = tenants.get(j);
        }
      }
      assertThat(sources.of(address)).as("%s", address).isSameAs(longest);
    }
  }
}
