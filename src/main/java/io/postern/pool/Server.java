package io.postern.pool;

import io.netty.util.NetUtil;
import io.postern.config.HostPort;
import io.postern.config.PoolConfig;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * One address of a pool, and what is counted of it. Shared by all event loops: what changes is a
 * counter.
 */
public final class Server {

  private final int index;
  private final String label;
  private final InetSocketAddress address;
  private final int weight;

  /** Read for each choice by a policy that looks at the load, so one number and not an adder. */
  private final AtomicInteger inFlight = new AtomicInteger();

  private final LongAdder exchanges = new LongAdder();
  private final LongAdder faults = new LongAdder();
  private final LongAdder connections = new LongAdder();
  private final LongAdder idle = new LongAdder();

  Server(int index, PoolConfig.Server config) {
    this.index = index;
    label = config.address().toString();
    address = address(config.address());
    weight = config.weight();
  }

  private static InetSocketAddress address(HostPort at) {
    InetAddress literal = NetUtil.createInetAddressFromIpAddressString(at.host());
    return literal == null
        ? InetSocketAddress.createUnresolved(at.host(), at.port())
        : new InetSocketAddress(literal, at.port());
  }

  /** Its place in the list of its pool, from 0. */
  public int index() {
    return index;
  }

  /** Host and port as the config has them, such as {@code 10.1.0.10:8080}: for logs. */
  public String label() {
    return label;
  }

  /** Where to connect; unresolved where the config has a name, which is looked up for each one. */
  public InetSocketAddress address() {
    return address;
  }

  /** Its share beside the others of its pool, as the config has it. */
  public int weight() {
    return weight;
  }

  /** An exchange has chosen this server. Each call is followed by one of {@link #finished}. */
  public void chosen() {
    inFlight.incrementAndGet();
    exchanges.increment();
  }

  /** An exchange is done with this server, however it went. */
  public void finished() {
    int left = inFlight.decrementAndGet();
    assert left >= 0 : label + " finished more exchanges than it was chosen for";
  }

  /** A fault was found to be this server's, and not the client's or our own. */
  public void charge() {
    faults.increment();
  }

  /** A connection to it was opened. */
  public void connectionOpened() {
    connections.increment();
  }

  /** A connection to it is closed. */
  public void connectionClosed() {
    connections.decrement();
  }

  /** A connection is kept for later; each call is followed by one of {@link #connectionTaken}. */
  public void connectionKept() {
    idle.increment();
  }

  /** A connection that was kept is in use again, or closed. */
  public void connectionTaken() {
    idle.decrement();
  }

  /** Connections that are open, of all event loops. */
  public long connections() {
    return connections.sum();
  }

  /** How many of them no exchange uses. */
  public long idleConnections() {
    return idle.sum();
  }

  /** Exchanges that have chosen this server and are not done with it. */
  public int inFlight() {
    return inFlight.get();
  }

  /** How often it was chosen since the start. */
  public long exchanges() {
    return exchanges.sum();
  }

  /** How many faults it was charged with since the start. */
  public long faults() {
    return faults.sum();
  }

  @Override
  public String toString() {
    return label;
  }
}
