package io.postern.config;

import java.util.Locale;

/** What a warning is about: what a script goes by, and where the reference tells more. */
public enum WarningCode {
  PROXY_HEADER_FROM_ANYONE(
      "Whoever reaches the listener says who he is; name the subnets of the load balancer in"
          + " `loadBalancer.sources`."),
  UNKNOWN_TENANTS_SERVED(
      "There are tenants and a required PROXY header, and whoever is none of them is served all the"
          + " same, because nothing says otherwise; write `unknownTenants: deny`, or `allow` if that"
          + " is meant."),
  ADMIN_REACHABLE(
      "The admin port has no tokens, and its address is no loopback address; bind it to one, or list tokens."),
  TRANSPORT_NOT_FOLLOWED(
      "A socket of systemd can be taken over by epoll only, so that the whole process runs on it;"
          + " leave `process.transport` out."),
  UNUSED_POOL("No route leads to the pool, nor copies for it; name it in one, or take it out."),
  UNUSED_CERTIFICATE(
      "No route has a host that the certificate is for, though each route names its hosts; add the"
          + " host to a route, or take the certificate out."),
  SHADOWED_ROUTE(
      "A route before it takes all requests for one of its hosts or paths, so that this one gets"
          + " them for the others only; put it before, or take the host or path out."),
  NO_READY_SERVER("No server of the pool is `ready`: its requests are answered 503."),
  PLACE_UNKNOWN(
      "A server has a zone or region, and `process.zone` or `process.region` does not say which is"
          + " ours."),
  ONE_ADDRESS_CHECKED(
      "The health check asks one host for all servers of the pool; give a port alone."),
  SERVERS_UNVERIFIED(
      "`verify: none`: whoever answers is taken for a server; verify against `trust`."),
  WEAK_CIPHER(
      "The suite has no authenticated encryption (CBC), and is there for clients of before 2014;"
          + " leave it out where there are none."),
  CERTIFICATE_EXPIRES("A certificate ends within 30 days, or has ended and is shown all the same."),
  COSTLY_KEY("RSA above 2,048 bits: each handshake takes several times as long."),
  TRUST_OUT_OF_DATE(
      "An authority has expired, or a list of what it revoked has: whom it speaks of is refused."),
  STAPLE_MISSING("There is no OCSP response to show, or none can be fetched."),
  IDLE_BEYOND_LOAD_BALANCER(
      "A connection may be silent for longer than the load balancer remembers it."),
  DRAIN_BEYOND_LOAD_BALANCER(
      "What is in flight may take longer at the end than the load balancer leaves it."),
  ANNOUNCE_TOO_SHORT(
      "The load balancer has not noticed by then that it is to send no more: the fastest one needs"
          + " two checks, five seconds apart."),
  RESPONSE_BEYOND_DRAIN(
      "A server may take longer for a response than a drain waits for it, which is cut then.");

  private final String meaning;

  WarningCode(String meaning) {
    this.meaning = meaning;
  }

  /** What is wrong, and what to do, in a sentence or two of Markdown. */
  String meaning() {
    return meaning;
  }

  /** As it is written: lower case, with hyphens. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
