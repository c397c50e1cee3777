package io.postern.config;

import java.util.List;

/** A named customer, and by what it is known. */
public record TenantConfig(
    Place place,
    @Key String name,
    @Default("[]")
        @Matches(
            regex = "vpce-[0-9a-f]{1,59}",
            expected = "a VPC endpoint id, such as vpce-08d2bf15fac5001c9")
        @Doc("Ids of the VPC endpoints that it calls through; each is one tenant's only.")
        List<String> vpcEndpoints,
    @Default("[]")
        @Doc(
            "Subject alternative names of the certificates that its clients show, such as `agent.acme.example` or `spiffe://acme.example/agent`; each is one tenant's only. They count where a connection came by no VPC endpoint.")
        List<String> clientCertificates,
    @Default("{}") @Doc("What it may take up.") Limits limits) {

  /** What a tenant may take up. */
  public record Limits(
      Place place,
      @Default("0")
          @Range(min = "0", max = "10000000")
          @Doc(
              "Connections open at once, on all listeners; more are closed before the handshake. 0 is any number.")
          int connections,
      @Default("{}")
          @Doc(
              "TLS handshakes, on all listeners; more are closed before anything is computed for them. They count for the connections whose tenant is known by then: not for one that a certificate will tell.")
          HandshakeLimits handshakes) {}

  /** What becomes of a client that no tenant is known by. */
  public enum Unknown {
    ALLOW,
    DENY
  }
}
