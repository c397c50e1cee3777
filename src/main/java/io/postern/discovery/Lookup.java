package io.postern.discovery;

import io.netty.handler.codec.dns.DnsRecordType;
import io.postern.config.DiscoveryConfig;
import io.postern.pool.Roster.Found;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/**
 * One look-up of all that makes the servers of a pool, and what came of it. Where any part of it
 * fails the whole has: half an answer would take servers away.
 *
 * <p>Owned by the event loop of its client.
 */
final class Lookup {

  /** As large as one may be in the config. */
  private static final int MOST_WEIGHT = 1000;

  /** That of a server of which nothing is said. */
  private static final int WEIGHT = 100;

  private final DnsClient client;
  private final DiscoveryConfig config;
  private final String name;

  Lookup(DnsClient client, DiscoveryConfig config) {
    this.client = client;
    this.config = config;
    this.name = Objects.requireNonNull(config.dns());
  }

  /** Begins; fails where a part of it has no answer. An answer may well be empty. */
  CompletableFuture<Answer<Found>> begin() {
    return switch (config.type()) {
      case A -> host(name, List.of(DnsRecordType.A), this::found);
      case AAAA -> host(name, List.of(DnsRecordType.AAAA), this::found);
      case BOTH -> host(name, both(), this::found);
      case SRV -> client.targets(name).thenCompose(this::targets);
    };
  }

  private Found found(InetAddress address) {
    return new Found(new InetSocketAddress(address, config.port()), WEIGHT, 0);
  }

  private static List<DnsRecordType> both() {
    return List.of(DnsRecordType.A, DnsRecordType.AAAA);
  }

  /** What each address of a host is found as. */
  private interface Finding {
    Found at(InetAddress address);
  }

  private CompletableFuture<Answer<Found>> host(
      String host, List<DnsRecordType> types, Finding as) {
    return all(
        types.stream()
            .map(type -> client.addresses(host, type).thenApply(each -> found(each, as)))
            .toList());
  }

  private static Answer<Found> found(Answer<InetAddress> answer, Finding as) {
    return new Answer<>(answer.records().stream().map(as::at).toList(), answer.ttl());
  }

  /** Their priorities are tiers, the better ones first (RFC 2782). */
  private CompletableFuture<Answer<Found>> targets(Answer<Answer.Target> answer) {
    List<CompletableFuture<Answer<Found>>> hosts = new ArrayList<>();
    hosts.add(CompletableFuture.completedFuture(new Answer<>(List.of(), answer.ttl())));
    answer.records().stream()
        .filter(each -> !each.host().equals("."))
        .sorted(Comparator.comparingInt(Answer.Target::priority))
        .forEach(each -> hosts.add(host(each.host(), both(), address -> found(each, address))));
    return all(hosts);
  }

  private static Found found(Answer.Target target, InetAddress address) {
    return new Found(
        new InetSocketAddress(address, target.port()),
        Math.clamp(target.weight(), 1, MOST_WEIGHT),
        target.priority());
  }

  private static CompletableFuture<Answer<Found>> all(
      List<CompletableFuture<Answer<Found>>> parts) {
    return CompletableFuture.allOf(parts.toArray(CompletableFuture[]::new))
        .thenApply(
            done -> {
              List<Answer<Found>> answers =
                  parts.stream().map(part -> part.getNow(new Answer<>(List.of(), 0))).toList();
              Stream<Found> found = answers.stream().flatMap(each -> each.records().stream());
              long ttl = answers.stream().mapToLong(Answer::ttl).min().orElse(0);
              return new Answer<>(found.toList(), ttl);
            });
  }
}
