package io.postern.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

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
    @Default("[]")
        @Doc(
            "Networks that its clients call from, such as `192.0.2.0/24`; each is one tenant's only, and of several that an address is in the longest tells. They count where a connection came by no VPC endpoint and its certificate is no tenant's.")
        List<Cidr> sources,
    @Default("[]")
        @Doc(
            "Names of the routes that it may use; for its requests there are no others. Left out, all.")
        List<String> routes,
    @Default("1")
        @Range(min = "1", max = "1000")
        @Doc(
            "Its part of what is scarce, against that of the other tenants that want some: of the `limits.bandwidth` of a listener, and of the time of an event loop.")
        int weight,
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
              "TLS handshakes, on all listeners; more are closed before anything is computed for them. They count by VPC endpoint and source: no certificate is shown by then.")
          HandshakeLimits handshakes,
      @Default("0")
          @Range(min = "0", max = "10000000")
          @Doc("Requests in flight at once; one more is answered 429. 0 is any number.")
          int concurrentRequests,
      @Doc("Requests in a time, such as `200/s`; one more is answered 429. Left out, any number.")
          @Nullable Rate requestRate,
      @Default("0")
          @Range(min = "0", max = "10000000")
          @Doc(
              "Requests that may come at once after a time without any; 0 is as many as `requestRate` counts.")
          int burst,
      @Range(min = "1KiB/s", max = "1000GiB/s")
          @Doc(
              "Bytes of content each way in a second, such as `50MiB/s`, on all listeners; beyond them it is not read from. Left out, any number.")
          @Nullable ByteRate bandwidth) {}

  /** What becomes of a client that no tenant is known by. */
  public enum Unknown {
    ALLOW,
    DENY
  }
}
