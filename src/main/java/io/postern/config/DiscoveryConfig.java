package io.postern.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How the servers of a pool are found while it runs. */
public record DiscoveryConfig(
    Place place,
    @Matches(
            regex = "[A-Za-z0-9_-]+(\\.[A-Za-z0-9_-]+)*\\.?",
            expected = "a host name, such as app.internal or _http._tcp.app.internal")
        @Doc("The name that is looked up in DNS; what the answer has are the servers.")
        @Nullable String dns,
    @Doc(
            "A file with a list of servers, each as in `servers`, in place of `dns`; it is followed while it runs.")
        @Nullable PartFile file,
    @Default("0") @Range(min = "0", max = "65535") @Doc("Their port; with `srv` the answer has it.")
        int port,
    @Default("a")
        @Doc(
            "Which records: `a`, `aaaa`, `both` of them, or `srv` with port and weight, and with priorities that are tiers.")
        Type type,
    @Default("[]") @Doc("The DNS servers, by their addresses; left out, those that the system has.")
        List<HostPort> resolvers,
    @Default("5s")
        @Range(min = "10ms", max = "1h")
        @Doc(
            "How long an answer holds at least, and how long until it is asked again where there was none.")
        Duration minTtl,
    @Default("5m")
        @Range(min = "10ms", max = "24h")
        @Doc("How long an answer holds at most, whatever it says itself.")
        Duration maxTtl,
    @Default("2s")
        @Range(min = "10ms", max = "1m")
        @Doc("How long a DNS server may take; then the next is asked, or the same once more.")
        Duration timeout) {

  /** Which records are looked up. */
  public enum Type {
    A,
    AAAA,
    BOTH,
    SRV
  }
}
