package io.postern.pool;

import io.netty.util.NetUtil;
import io.postern.config.HostPort;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One address of a pool, and what is known of it. Shared by all event loops: what changes is a
 * counter, or one value that is set whole.
 */
public final class Server {

  /** What may become of a server; where several hold, the one that stands last. */
  public enum Standing {
    /** It may be chosen. */
    READY,
    /** Its exchanges failed, and it is left out for a while. */
    EJECTED,
    /** Its checks fail. */
    DOWN,
    /** The operator lets it finish what it has. */
    DRAIN,
    /** The operator has taken it out. */
    MAINT
  }

  /**
   * Whether a server may be chosen, and why.
   *
   * @param reason what decided it, in words; empty where nothing has yet, or it may be chosen
   * @param since when it became so; null where it never changed
   */
  public record State(Standing standing, String reason, @Nullable Instant since) {}

  private final int index;
  private final String label;
  private final InetSocketAddress address;
  private volatile int weight;
  private final Dialect dialect;
  private final @Nullable Queue queue;
  private final int mostRequests;

  /** Read for each choice by a policy that looks at the load, so one number and not an adder. */
  private final AtomicInteger inFlight = new AtomicInteger();

  private final LongAdder exchanges = new LongAdder();
  private final LongAdder faults = new LongAdder();
  private final LongAdder connections = new LongAdder();
  private final LongAdder idle = new LongAdder();
  private final LongAdder streams = new LongAdder();
  private final LongAdder sentAway = new LongAdder();
  private final LongAdder wholeHandshakes = new LongAdder();
  private final LongAdder resumedHandshakes = new LongAdder();
  private final AtomicReference<@Nullable ConnectFault> lastConnectFault = new AtomicReference<>();
  private final AtomicBoolean unverified = new AtomicBoolean();
  private final LongAdder checksPassed = new LongAdder();
  private final LongAdder checksFailed = new LongAdder();
  private final LongAdder transitions = new LongAdder();

  private final LongAdder ejections = new LongAdder();
  private final AtomicReference<Condition> condition;
  private volatile @Nullable Outcomes outcomes;

  /**
   * Why a connection could not be had.
   *
   * @param at when, by the wall clock
   */
  public record ConnectFault(Fault fault, Instant at) {}

  Server(int index, Identity who, Dialect dialect, @Nullable Queue queue, int mostRequests) {
    this.index = index;
    this.dialect = dialect;
    this.queue = queue;
    this.mostRequests = mostRequests;
    label = who.label();
    address = who.address();
    weight = who.weight();
    condition = new AtomicReference<>(Condition.of(who.duty()));
  }

  /** Where to connect for a host and port of the config; unresolved where the host is a name. */
  public static InetSocketAddress address(HostPort at) {
    InetAddress literal = NetUtil.createInetAddressFromIpAddressString(at.host());
    return literal == null
        ? InetSocketAddress.createUnresolved(at.host(), at.port())
        : new InetSocketAddress(literal, at.port());
  }

  /** Its number, which no other server of its pool has or had; from 0. */
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

  /** Its share beside the others of its pool. */
  public int weight() {
    return weight;
  }

  void weigh(int other) {
    weight = other;
  }

  /** How it is spoken to. */
  public Dialect dialect() {
    return dialect;
  }

  /**
   * A connection to it is open.
   *
   * @return whether its certificate was refused until now
   */
  public boolean connected() {
    return unverified.get() && unverified.getAndSet(false);
  }

  /**
   * A connection to it could not be had.
   *
   * @param at when, by the wall clock
   * @return whether its certificate begins to be refused
   */
  public boolean connectFailed(Fault fault, Instant at) {
    lastConnectFault.set(new ConnectFault(fault, at));
    return fault.reason() == Reason.SERVER_UNVERIFIED && !unverified.getAndSet(true);
  }

  /** Why the last connection that failed did; null where none has. It may have mended since. */
  public @Nullable ConnectFault lastConnectFault() {
    return lastConnectFault.get();
  }

  /**
   * An exchange chooses this server. Where it may, {@link #finished} follows.
   *
   * @return false where the server or its pool has as much in flight as it may
   */
  public boolean tryChoose() {
    if (queue == null) {
      inFlight.incrementAndGet();
    } else if (!queue.begin()) {
      return false;
    } else if (!takeRoom()) {
      queue.giveBack();
      return false;
    }
    exchanges.increment();
    return true;
  }

  private boolean takeRoom() {
    int now = inFlight.get();
    while (mostRequests == 0 || now < mostRequests) {
      if (inFlight.compareAndSet(now, now + 1)) {
        return true;
      }
      now = inFlight.get();
    }
    return false;
  }

  /** Whether it may have one more request in flight, as far as its own limit goes. */
  boolean hasRoom() {
    return mostRequests == 0 || inFlight.get() < mostRequests;
  }

  /** An exchange is done with this server, however it went. */
  public void finished() {
    int left = inFlight.decrementAndGet();
    assert left >= 0 : label + " finished more exchanges than it was chosen for";
    if (queue != null) {
      queue.end();
    }
  }

  /** A fault was found to be this server's, and not the client's or our own. */
  public void charge() {
    faults.increment();
  }

  /**
   * A TLS handshake with it ended well.
   *
   * @param resumed whether it resumed a session
   */
  public void handshaken(boolean resumed) {
    (resumed ? resumedHandshakes : wholeHandshakes).increment();
  }

  /** How many handshakes ended well, of those that resumed a session or of the others. */
  public long handshakes(boolean resumed) {
    return (resumed ? resumedHandshakes : wholeHandshakes).sum();
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

  /** So many more exchanges run on connections of HTTP/2, or fewer. */
  public void streams(int change) {
    streams.add(change);
  }

  /** A connection of HTTP/2 was closed, for the server did too much that is seldom done. */
  public void sentAway() {
    sentAway.increment();
  }

  /** How often that was. */
  public long timesSentAway() {
    return sentAway.sum();
  }

  /** Streams that are open on connections of HTTP/2, of all event loops. */
  public long streams() {
    return streams.sum();
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

  /** A check of this server ended, well or not. */
  public void checked(boolean passed) {
    (passed ? checksPassed : checksFailed).increment();
  }

  /** Its checks have taken it down. Called by the event loop that has them, and by no other. */
  public void turnDown(String reason, Instant at) {
    transitions.increment();
    change(old -> old.down(new State(Standing.DOWN, reason, at)));
  }

  /** Its checks have taken it up again; called as {@link #turnDown} is. */
  public void turnUp(Instant at) {
    transitions.increment();
    change(old -> old.up(at));
  }

  /** Its exchanges failed: it is left out until {@link #readmit}. */
  public void eject(String reason, Instant at) {
    ejections.increment();
    change(old -> old.ejected(new State(Standing.EJECTED, reason, at)));
  }

  /** It is left out no more. */
  public void readmit(Instant at) {
    change(old -> old.readmitted(at));
  }

  private void change(UnaryOperator<Condition> by) {
    condition.updateAndGet(by);
    if (queue != null) {
      queue.roomMade(); // those who wait have to look anew
    }
  }

  private Condition condition() {
    return Objects.requireNonNull(condition.get());
  }

  /** Which of the ways to be chosen or left out holds, why, and since when. */
  public State state() {
    return condition().now();
  }

  /** Why it is never chosen as it is now; null where it may be. */
  public @Nullable String whyUnusable() {
    State now = state();
    return switch (now.standing()) {
      case READY -> weight == 0 ? "its weight is 0" : null;
      case EJECTED -> "it is ejected: " + now.reason();
      case DOWN -> "it is down: " + now.reason();
      case DRAIN -> "its state is drain: " + now.reason();
      case MAINT -> "its state is maint: " + now.reason();
    };
  }

  /** Whether it may be chosen, its weight aside. */
  public boolean isUsable() {
    return state().standing() == Standing.READY;
  }

  /** Whether its checks find it well, whatever else holds; it is up until one says otherwise. */
  public boolean isUp() {
    return condition().down() == null;
  }

  /** Whether it is ejected, whatever else holds. */
  public boolean isEjected() {
    return condition().ejected() != null;
  }

  /** How often it was ejected since the start. */
  public long ejections() {
    return ejections.sum();
  }

  /** Whoever is told how its exchanges end; null where nobody wants to know. */
  public @Nullable Outcomes outcomes() {
    return outcomes;
  }

  /** From now on somebody is told how its exchanges end. */
  public void report(Outcomes to) {
    outcomes = to;
  }

  /** How many checks it has passed since the start. */
  public long checksPassed() {
    return checksPassed.sum();
  }

  /** How many checks it has failed since the start. */
  public long checksFailed() {
    return checksFailed.sum();
  }

  /** How often it went down or came back since the start. */
  public long transitions() {
    return transitions.sum();
  }

  @Override
  public String toString() {
    return label;
  }
}
