package io.postern.runtime;

import io.postern.config.Config;
import io.postern.config.Problem;
import io.postern.exchange.Snapshot;
import io.postern.pool.Pool;
import io.postern.tenant.Tenants;
import io.postern.tls.KeyLog;
import io.postern.tls.ListenerTls;
import io.postern.tls.UpstreamTls;
import java.time.Instant;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A config with every room's part compiled, and what the rooms found wrong: what {@code check}
 * reports and {@code run} starts from.
 *
 * @param config what it is made of
 * @param problems what keeps it from running; where there are any, the rest is not complete
 * @param warnings what runs and is likely not meant
 * @param snapshot what exchanges need of it
 * @param parts the files that hold parts of the config, to be followed
 * @param tls by listener, for those with TLS
 * @param adminTls of the admin port; null where that has none
 * @param keyLog told the secrets of TLS connections; null where nobody is. Stays its maker's to
 *     close
 */
public record Compiled(
    Config config,
    List<Problem> problems,
    List<Problem> warnings,
    Snapshot snapshot,
    Parts parts,
    Map<String, ListenerTls> tls,
    @Nullable ListenerTls adminTls,
    @Nullable KeyLog keyLog) {

  /**
   * Compiles a config; reads its certificates, so it may block. Whoever does not start it has to
   * {@link #close} it.
   *
   * @param now when the certificates have to be valid
   */
  public static Compiled of(Config config, Instant now) {
    return of(config, now, null);
  }

  /** The same, and the secrets of its TLS connections are told to somebody. */
  public static Compiled of(Config config, Instant now, @Nullable KeyLog keyLog) {
    return Compilation.first(config, now, keyLog);
  }

  /**
   * Compiles the config that is to follow this one, which runs. What is the same in both is the
   * same object in both; what is counted goes on. Nothing that runs is changed by it yet.
   *
   * @param now when the certificates have to be valid
   */
  Compiled followedBy(Config next, Instant now) {
    return Compilation.after(this, next, now);
  }

  /**
   * The same where it takes the place of what runs: tenants and bandwidths go on, and are from here
   * on what this config says.
   */
  Compiled goingOnFrom(Snapshot current) {
    Snapshot whole =
        new Snapshot(
            Tenants.of(config, parts.moreTenants(), current.tenants()),
            snapshot.requestIds(),
            snapshot.routes(),
            snapshot.pools(),
            Compilation.bandwidth(config, current.bandwidth()),
            snapshot.meters());
    return with(whole);
  }

  /** The same, of which exchanges get this. */
  Compiled with(Snapshot other) {
    return new Compiled(config, problems, warnings, other, parts, tls, adminTls, keyLog);
  }

  /** Its pools, in the order of the config. */
  public List<Pool> pools() {
    return config.pools().keySet().stream().map(snapshot.pools()::get).toList();
  }

  /** How TLS is spoken to clients, by every port that speaks it. */
  Stream<ListenerTls> allTls() {
    return Stream.concat(tls.values().stream(), Stream.ofNullable(adminTls));
  }

  /** How TLS is spoken to the servers of its pools, for those to which it is. */
  Stream<UpstreamTls> upstreamTls() {
    return snapshot.pools().values().stream()
        .map(each -> each.dialect().tls())
        .flatMap(Stream::ofNullable);
  }

  /** Gives up the certificates of a config that is not going to run, or runs no more. */
  public void close() {
    allTls().forEach(ListenerTls::close);
    upstreamTls().forEach(UpstreamTls::close);
  }

  /** The same, but for those that another has too. */
  void closeBut(Compiled other) {
    Set<Object> kept = Collections.newSetFromMap(new IdentityHashMap<>());
    other.allTls().forEach(kept::add);
    other.upstreamTls().forEach(kept::add);
    allTls().filter(each -> !kept.contains(each)).forEach(ListenerTls::close);
    upstreamTls().filter(each -> !kept.contains(each)).forEach(UpstreamTls::close);
  }
}
