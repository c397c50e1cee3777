package io.postern.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A named group of servers with one policy. */
public record PoolConfig(
    Place place,
    @Key String name,
    @Default("round-robin") @Doc("How a server is chosen.") Balance balance,
    @Doc("By what, with `balance: hash`.") @Nullable Hash hash,
    @Doc("A cookie by which a client comes back to the same server.")
        @Nullable Stickiness stickiness,
    @Default("0%")
        @Doc(
            "Where a smaller part of the servers than this is usable, by weight, all are used again, whatever checks and ejections say: it is more likely that those are wrong.")
        Share panicThreshold,
    @Default("http/1.1")
        @Doc(
            "What is spoken to the servers: `h2` is HTTP/2 with `tls`, `h2c` HTTP/2 without, and `auto` what a server chooses in the TLS handshake.")
        Protocol protocol,
    @Doc("TLS to the servers; left out, they are spoken to in plain.") @Nullable PoolTlsConfig tls,
    @Default("{}")
        @Doc(
            "The PROXY header that connections to the servers begin with, before TLS: `v1`, `v2` or `none`. Each such connection is for one client alone.")
        SendProxyConfig sendProxy,
    @Default("[]") @Doc("The servers; left out where they are found by `discovery`.")
        List<Server> servers,
    @Doc("How servers are found, in place of `servers`.") @Nullable DiscoveryConfig discovery,
    @Default("{}") @Doc("What the pool may take up.") Limits limits,
    @Default("{}")
        @Doc(
            "How many retries there may be, so that a pool in trouble is not asked more than ever. Those after `connect` and `refused-stream` are free: no server had done anything.")
        RetryBudget retryBudget,
    @Default("55s")
        @Range(min = "1ms", max = "24h")
        @Doc(
            "How long a connection to a server is kept without use; below the servers' own keep-alive.")
        Duration idle,
    @Default("30s")
        @Range(min = "1s", max = "24h")
        @Doc(
            "How long after the last exchange, and from then on, an HTTP/2 connection to a server is asked by PING whether it still works; above `idle`, never.")
        Duration ping,
    @Default("{}") @Doc("How it is known that a server works.") Health health) {

  /** How a server is chosen. */
  public enum Balance {
    ROUND_ROBIN,
    RANDOM,
    LEAST_OUTSTANDING,
    HASH;

    /** As it is written. */
    @Override
    public String toString() {
      return ScalarType.written(this);
    }
  }

  /** By what servers are chosen where the same is to be chosen for the same. */
  public record Hash(
      Place place,
      @Doc("What is the same; a request that has none of it goes to any server, by lot.")
          RequestKey by,
      @Default("125")
          @Range(min = "0", max = "10000")
          @Doc(
              "How much of its share of all that is in flight a server may have, in percent, at least 100: what is more goes to the next in order. 0 is any number.")
          int balanceFactor) {}

  /** A cookie by which a client comes back to the same server. */
  public record Stickiness(
      Place place,
      @Matches(
              regex = "[A-Za-z0-9!#$%&'*+.^_`|~-]+",
              expected = "the name of a cookie, such as postern")
          @Doc("Its name. It says which server by a hash of its address.")
          String cookie,
      @Range(min = "1s", max = "8760h")
          @Doc("How long it lives; left out, as long as the session of the browser.")
          @Nullable Duration maxAge) {}

  /** What is spoken to the servers. */
  public enum Protocol {
    @Written("http/1.1")
    HTTP_1_1,
    H2,
    H2C,
    AUTO;

    /** As it is written. */
    @Override
    public String toString() {
      return ScalarType.written(this);
    }
  }

  /** One server. */
  public record Server(
      Place place,
      @Doc("Its host and port.") HostPort address,
      @Default("100")
          @Range(min = "0", max = "1000")
          @Doc("Its share beside the others; 0 gets nothing.")
          int weight,
      @Default("ready")
          @Doc(
              "`ready`: it gets requests. `drain`: it gets no new ones, and is checked. `maint`: it gets nothing at all, no checks either.")
          Duty state,
      @Default("0")
          @Range(min = "0", max = "9")
          @Doc("Those of a higher tier get what the servers of the lower ones cannot take.")
          int tier,
      @Doc("The zone that it is in, such as use1-az1.") @Nullable String zone,
      @Doc("The region that it is in, such as us-east-1.") @Nullable String region) {}

  /** What an operator lets a server do. */
  public enum Duty {
    READY,
    DRAIN,
    MAINT
  }

  /** What the pool may take up. */
  public record Limits(
      Place place,
      @Default("256")
          @Range(min = "0", max = "100000")
          @Doc("Idle connections kept to each server, for each event loop.")
          int idlePerServer,
      @Default("0")
          @Range(min = "0", max = "10000000")
          @Doc("Requests in flight at once to all servers together; 0 is any number.")
          int requests,
      @Default("0")
          @Range(min = "0", max = "10000000")
          @Doc("Requests in flight at once to each server; 0 is any number.")
          int requestsPerServer,
      @Default("0")
          @Range(min = "0", max = "10000000")
          @Doc(
              "Connections open at once to all servers together, without those of checks; 0 is any number. With HTTP/2 each event loop may have one whatever the limit.")
          int connections,
      @Default("0")
          @Range(min = "0", max = "10000000")
          @Doc("The same to each server, where each event loop may have one to each.")
          int connectionsPerServer,
      @Default("1000")
          @Range(min = "0", max = "1000000")
          @Doc("Requests that may wait until there is room for them; more are answered 503.")
          int queue) {}

  /** How many retries there may be beside the requests. */
  public record RetryBudget(
      Place place,
      @Default("20%") @Doc("Retries for the requests of late, some ten seconds.") Share share,
      @Default("10")
          @Range(min = "0", max = "100000")
          @Doc("Retries in a second besides, for pools with few requests.")
          int perSecond) {}

  /** How it is known that a server works. */
  public record Health(
      Place place,
      @Doc("Checks of our own; left out, servers are not checked and always count as up.")
          @Nullable ActiveCheck active,
      @Doc("What is made of the exchanges that servers fail; left out, it is counted and no more.")
          @Nullable PassiveCheck passive,
      @Range(min = "1s", max = "1h")
          @Doc(
              "How long a server that comes back takes until it has its whole weight: it begins with a tenth. Left out, it has it at once.")
          @Nullable Duration slowStart) {}
}
