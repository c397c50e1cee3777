package io.postern.discovery;

import io.netty.handler.codec.dns.DnsRecordType;
import io.postern.config.DiscoveryConfig;
import io.postern.pool.Roster.Found;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
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

  private final DnsClient client;
  private final DiscoveryConfig config;

  Lookup(DnsClient client, DiscoveryConfig config) {
    this.client = client;
    this.config = config;
  }

  /** Begins; fails where a part of it has no answer. An answer may well be empty. */
  CompletableFuture<Answer<Found>> begin() {
    return switch (config.type()) {
      case A -> host(config.dns(), List.of(DnsRecordType.A), config.port(), 100);
      case AAAA -> host(config.dns(), List.of(DnsRecordType.AAAA), config.port(), 100);
      case BOTH -> host(config.dns(), both(), config.port(), 100);
      case SRV -> client.targets(config.dns()).thenCompose(this::targets);
    };
  }

  private static List<DnsRecordType> both() {
    return List.of(DnsRecordType.A, DnsRecordType.AAAA);
  }

  private CompletableFuture<Answer<Found>> host(
      String host, List<DnsRecordType> types, int port, int weight) {
    return all(
        types.stream()
            .map(type -> client.addresses(host, type).thenApply(each -> found(each, port, weight)))
            .toList());
  }

  private static Answer<Found> found(Answer<InetAddress> answer, int port, int weight) {
    return new Answer<>(
        answer.records().stream()
            .map(address -> new Found(new InetSocketAddress(address, port), weight))
            .toList(),
        answer.ttl());
  }

  /** Of the targets those count whose priority is the best (RFC 2782). */
  private CompletableFuture<Answer<Found>> targets(Answer<Answer.Target> answer) {
    int best = answer.records().stream().mapToInt(Answer.Target::priority).min().orElse(0);
    List<CompletableFuture<Answer<Found>>> hosts = new ArrayList<>();
    hosts.add(CompletableFuture.completedFuture(new Answer<>(List.of(), answer.ttl())));
    for (Answer.Target each : answer.records()) {
      if (each.priority() == best && !each.host().equals(".")) {
        hosts.add(
            host(each.host(), both(), each.port(), Math.clamp(each.weight(), 1, MOST_WEIGHT)));
      }
    }
    return all(hosts);
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
