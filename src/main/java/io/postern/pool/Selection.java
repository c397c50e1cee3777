package io.postern.pool;

import io.netty.util.AsciiString;
import io.postern.balance.KeyHash;
import io.postern.config.PoolConfig;
import io.postern.config.RequestKey;
import io.postern.http.RequestHead;
import io.postern.route.KeyReader;
import io.postern.tenant.Tenant;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the servers of a pool are chosen. Immutable.
 *
 * @param policy among those that are near enough
 * @param hashBy what is hashed; null with other policies
 * @param balanceFactor how much of its share a server may have in flight where keys are hashed, in
 *     percent; 0 is any number
 * @param stickiness what brings clients back to their servers; null where nothing does
 * @param panicThreshold which part of the servers has to be usable, or all are used
 * @param slowStart how long a server that comes back takes to its whole weight; zero for no time
 */
public record Selection(
    PoolConfig.Balance policy,
    @Nullable KeyReader hashBy,
    int balanceFactor,
    @Nullable Stickiness stickiness,
    double panicThreshold,
    Duration slowStart) {

  static Selection of(PoolConfig config) {
    PoolConfig.Hash hash = config.hash();
    PoolConfig.Stickiness sticky = config.stickiness();
    Duration slowStart = config.health().slowStart();
    return new Selection(
        config.balance(),
        hash == null ? null : KeyReader.of(hash.by()),
        hash == null ? 0 : hash.balanceFactor(),
        sticky == null ? null : Stickiness.of(sticky),
        config.panicThreshold().percent() / 100.0,
        slowStart == null ? Duration.ZERO : slowStart);
  }

  /**
   * The key of a request, for {@link Picker#pick}: 63 bits.
   *
   * @param tenant who is calling; null where that is not known
   * @param client the client's address, as text
   */
  public long key(RequestHead head, @Nullable Tenant tenant, AsciiString client) {
    AsciiString read = hashBy == null ? null : hashBy.read(head, tenant, client);
    return read == null ? Picker.NO_KEY : Math.max(1, KeyHash.of(read, 0) >>> 1);
  }

  /** A reader of the cookies of this name. */
  static KeyReader cookie(String name) {
    return KeyReader.of(new RequestKey(RequestKey.Kind.COOKIE, name));
  }
}
