package io.postern.listener;

import io.netty.channel.Channel;
import io.postern.fault.Fault;
import io.postern.http.ClientConnection;
import io.postern.http.Deadlines.Deadline;
import io.postern.http.DownstreamConnection;
import io.postern.http.DownstreamStream;
import io.postern.http.ExchangeFactory;
import io.postern.http.Passage;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Sends one connection away, though nothing is wrong with it, when it is old enough or has brought
 * enough requests: so that clients spread over new servers of a load balancer, and no connection
 * keeps what it holds for ever. It goes as it does in a drain, between requests: what is in flight
 * is finished.
 *
 * <p>Owned by the event loop of the connection.
 */
final class Retirement implements ExchangeFactory {

  /** By how much the age of a connection differs from the one that is set, up or down. */
  private static final double JITTER = 0.1;

  private final OfLoop exchanges;
  private final Terms terms;
  private @Nullable ClientConnection connection;
  private int opened;

  /**
   * When connections retire.
   *
   * @param ageNanos from its handshake on, about; 0 is never
   * @param requests how many it may bring; 0 is any number
   */
  record Terms(long ageNanos, int requests) {}

  private Retirement(OfLoop exchanges, Terms terms) {
    this.exchanges = exchanges;
    this.terms = terms;
  }

  /** For a connection of this loop that is about to begin. */
  static Retirement of(OfLoop exchanges, Terms terms) {
    return new Retirement(exchanges, terms);
  }

  /** The connection begins. */
  void begin(Channel channel, ClientConnection begun, RandomGenerator random) {
    connection = begun;
    if (terms.ageNanos() > 0) {
      Deadline end = exchanges.loop().deadlines().create(begun::goAway);
      end.after((long) (terms.ageNanos() * random.nextDouble(1 - JITTER, 1 + JITTER)));
      channel.closeFuture().addListener(_ -> end.cancel());
    }
  }

  /** How many requests the connection has brought. */
  int opened() {
    return opened;
  }

  @Override
  public DownstreamStream.Listener open(DownstreamStream stream, long headStarted) {
    opened++;
    if (opened == terms.requests() && connection != null) {
      connection.goAway(); // before the answer, which says so over HTTP/1.1
    }
    return exchanges.open(stream, headStarted);
  }

  @Override
  public void refused(DownstreamConnection client, Fault fault, Supplier<Passage> bytes) {
    exchanges.refused(client, fault, bytes);
  }
}
