package io.postern.tenant;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import io.postern.config.ConfigLoader;
import io.postern.config.Loaded;
import io.postern.http.ClientCertificate;
import io.postern.http.ClientCertificate.Told;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TenantsTest {

  private static final String NAMES =
      "Agent.example.com, root@example.com, spiffe://example.com/a, 10.0.0.1";

  private static final InetAddress ADDRESS = InetAddress.getLoopbackAddress();

  private static Tenants tenants(String unknown) {
    String yaml =
        """
        listeners: {edge: {bind: 127.0.0.1:0}}
        tenants:
          acme: {vpcEndpoints: [vpce-08d2bf15fac5001c9, vpce-1]}
          umbrella: {vpcEndpoints: [vpce-2], clientCertificates: [%s]}
        unknownTenants: %s
        routes: []
        """
            .formatted(NAMES, unknown);
    Loaded loaded = ConfigLoader.parse("test.yaml", yaml, Path.of(""), Map.of());
    return Tenants.of(((Loaded.Valid) loaded).config());
  }

  @Test
  void aTenantIsKnownByAnyOfItsEndpoints() {
    Tenants tenants = tenants("allow");
    Endpoint first =
        Objects.requireNonNull(tenants.find(new AsciiString("vpce-08d2bf15fac5001c9")));
    Endpoint second = Objects.requireNonNull(tenants.find(new AsciiString("vpce-1")));
    Endpoint third = Objects.requireNonNull(tenants.find(new AsciiString("vpce-2")));
    assertThat(first.tenant().name().toString()).isEqualTo("acme");
    assertThat(second.tenant()).isSameAs(first.tenant());
    assertThat(third.tenant()).isSameAs(tenants.all().get(1));
    assertThat(List.of(first, second, third)).extracting(Endpoint::index).containsExactly(0, 1, 2);
    assertThat(tenants.countedEndpoints())
        .extracting(each -> each.vpce().toString())
        .containsExactly("vpce-08d2bf15fac5001c9", "vpce-1", "vpce-2");
    assertThat(tenants.find(new AsciiString("vpce-3"))).isNull();
    assertThat(tenants.find(null)).isNull();
  }

  /** The same text of another type is another name: authorities do not check them alike. */
  @ParameterizedTest
  @CsvSource({
    "DNS:agent.example.com, true",
    "email:root@example.com, true",
    "URI:spiffe://example.com/a, true",
    "IP:10.0.0.1, true",
    "email:agent.example.com, false",
    "URI:agent.example.com, false",
    "DNS:root@example.com, false",
    "DNS:10.0.0.1, false",
    "DNS:spiffe://example.com/a, false",
  })
  void aCertificateTellsByTheTypeOfItsNames(String name, boolean known) {
    AsciiString none = AsciiString.EMPTY_STRING;
    ClientCertificate shown =
        new ClientCertificate(
            "", List.of("DNS:else", name), "1", "f", new Told(none, none, none, none, none));
    Tenants tenants = tenants("deny");
    assertThat(tenants.of(shown, ADDRESS)).isSameAs(known ? tenants.all().get(1) : null);
  }

  @Test
  void theUnknownStayOrNot() {
    Tenant known = tenants("deny").of(new AsciiString("vpce-2"), ADDRESS);
    Tenant unknown = tenants("deny").of(new AsciiString("vpce-3"), ADDRESS);
    assertThat(tenants("allow").admits(unknown)).isTrue();
    assertThat(tenants("deny").admits(known)).isTrue();
    assertThat(tenants("deny").admits(unknown)).isFalse();
  }
}
