package io.postern.pool;

import io.netty.util.AsciiString;
import io.netty.util.NetUtil;
import io.postern.balance.KeyHash;
import io.postern.config.HostPort;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One address of a pool, and what is known of it. Shared by all event loops: what changes is a
 * counter, or one value that is set whole.
 */
public final class Server extends ServerCounters {

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
  private final long identity;
  private final AsciiString cookie;
  private final InetSocketAddress address;
  private final AtomicReference<Said> said;
  private volatile boolean gone;
  private final Dialect dialect;
  private final Load load;
  private final @Nullable ConnectionRoom connectionRoom;

  private final AtomicReference<@Nullable ConnectFault> lastConnectFault;
  private final AtomicBoolean unverified;

  private final AtomicReference<Condition> condition;
  private volatile @Nullable Outcomes outcomes;

  /**
   * Why a connection could not be had.
   *
   * @param at when, by the wall clock
   */
  public record ConnectFault(Fault fault, Instant at) {}

  Server(int index, Identity who, Dialect dialect, Bounds bounds) {
    this(index, Said.of(who, null), dialect, bounds, null);
  }

  /**
   * The same server, spoken to in another way or held to other bounds. What is known and counted of
   * it goes on; what is in flight to the one before is no concern of this one's.
   */
  Server(Server before, Dialect dialect, Bounds bounds) {
    this(before.index, before.said(), dialect, bounds, before);
  }

  private Server(int index, Said is, Dialect dialect, Bounds bounds, @Nullable Server before) {
    super(before);
    this.index = index;
    this.dialect = dialect;
    load = new Load(bounds);
    connectionRoom = bounds.connectionRoom();
    said = new AtomicReference<>(is);
    label = is.who().label();
    identity = KeyHash.of(label, 0);
    cookie = Stickiness.value(identity);
    address = is.who().address();
    lastConnectFault = before == null ? new AtomicReference<>() : before.lastConnectFault;
    unverified = before == null ? new AtomicBoolean() : before.unverified;
    condition =
        before == null ? new AtomicReference<>(Condition.of(is.duty(null))) : before.condition;
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

  /** A hash of the label: the same on every machine, and in every order of the servers. */
  public long identity() {
    return identity;
  }

  /** How far it is from us, beside the others of its pool; 0 is the nearest. */
  public int group() {
    return said().who().group();
  }

  /** The same in itself. */
  public Distance distance() {
    return said().who().distance();
  }

  /** Whether what goes there leaves our zone. */
  public boolean isFar() {
    return distance().reach() != Distance.Reach.HERE;
  }

  /** What a client shows that is to come back to it. */
  AsciiString cookie() {
    return cookie;
  }

  /** Where to connect; unresolved where the config has a name, which is looked up for each one. */
  public InetSocketAddress address() {
    return address;
  }

  /** Its share beside the others of its pool. */
  public int weight() {
    return said().weight();
  }

  /** The same, as the config or DNS has it. */
  public int listedWeight() {
    return said().who().weight();
  }

  /** What an operator says in place of the config; null for nothing. */
  public @Nullable ServerOverride override() {
    return said().override();
  }

  private Said said() {
    return Objects.requireNonNull(said.get());
  }

  /** Whether it may be chosen, should this be said of it. */
  boolean isReadyAs(Identity other) {
    return isReady(said().by(other));
  }

  /** The same of what an operator may say. */
  public boolean isReadyBy(@Nullable ServerOverride other) {
    return isReady(said().by(other));
  }

  private boolean isReady(Said as) {
    return as.isReady() && isUp() && !isEjected();
  }

  /**
   * Is from now on what is said of it now, at the same address.
   *
   * @return whether it is another than before
   */
  boolean become(Identity other, Instant at) {
    return say(old -> old.by(other), at);
  }

  /**
   * An operator says something of it in place of the config, or nothing any more.
   *
   * @return whether it is another than before
   */
  public boolean override(@Nullable ServerOverride by, Instant at) {
    return say(old -> old.by(by), at);
  }

  /** The config and an operator may say something at the same time: what was said last counts. */
  private boolean say(UnaryOperator<Said> what, Instant at) {
    Said before = Objects.requireNonNull(said.getAndUpdate(what));
    boolean differs = said().differsFrom(before);
    if (differs || !Objects.equals(said().override(), before.override())) {
      change(old -> old.duty(said().duty(at), at));
    }
    return differs;
  }

  /** How it is spoken to. */
  public Dialect dialect() {
    return dialect;
  }

  /** How many connections to it may be open; null where that is not limited. */
  public @Nullable ConnectionRoom connectionRoom() {
    return connectionRoom;
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
    if (!load.begin()) {
      return false;
    }
    countChosen();
    return true;
  }

  /** Whether it may have one more request in flight, as far as its own limit goes. */
  boolean hasRoom() {
    return load.hasRoom();
  }

  /** Whether one more request may choose it, connections aside. */
  public boolean takesMore() {
    return isUsable() && weight() > 0 && hasRoom();
  }

  /** An exchange is done with this server, however it went. */
  public void finished() {
    int left = load.end();
    assert left >= 0 : label + " finished more exchanges than it was chosen for";
  }

  /** Exchanges that have chosen this server and are not done with it. */
  public int inFlight() {
    return load.inFlight();
  }

  /** The same, and what content that is due weighs. */
  int outstanding() {
    return load.outstanding();
  }

  /** So many bytes of content more are to be passed on, to it or from it; or fewer. */
  public void bytesDue(long change) {
    load.bytesDue(change);
  }

  /** Its checks have taken it down. Called by the event loop that has them, and by no other. */
  public void turnDown(String reason, Instant at) {
    countTransition();
    change(old -> old.down(new State(Standing.DOWN, reason, at)));
  }

  /** Its checks have taken it up again; called as {@link #turnDown} is. */
  public void turnUp(Instant at) {
    countTransition();
    change(old -> old.up(at));
  }

  /** Its exchanges failed: it is left out until {@link #readmit}. */
  public void eject(String reason, Instant at) {
    countEjection();
    change(old -> old.ejected(new State(Standing.EJECTED, reason, at)));
  }

  /** It is left out no more. */
  public void readmit(Instant at) {
    change(old -> old.readmitted(at));
  }

  private void change(UnaryOperator<Condition> by) {
    condition.updateAndGet(by);
    load.roomMade();
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
      case READY -> weight() == 0 ? "its weight is 0" : null;
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

  /** Whether nothing speaks against it but what checks and failures say. */
  public boolean isOnDuty() {
    Standing standing = state().standing();
    return standing != Standing.DRAIN && standing != Standing.MAINT;
  }

  /** Whether those may come back to it who have been there: it may only be about to leave. */
  public boolean takesBack() {
    Standing standing = state().standing();
    return !gone && (standing == Standing.READY || standing == Standing.DRAIN);
  }

  /** It is no server of its pool any more. */
  void leave() {
    gone = true;
  }

  /** Whether it is no server of its pool any more, and only finishes what it has. */
  public boolean isGone() {
    return gone;
  }

  /** Whether its checks find it well, whatever else holds; it is up until one says otherwise. */
  public boolean isUp() {
    return condition().down() == null;
  }

  /** Whether it is ejected, whatever else holds. */
  public boolean isEjected() {
    return condition().ejected() != null;
  }

  /** Whoever is told how its exchanges end; null where nobody wants to know. */
  public @Nullable Outcomes outcomes() {
    return outcomes;
  }

  /** From now on somebody is told how its exchanges end; nobody with null. */
  public void report(@Nullable Outcomes to) {
    outcomes = to;
  }

  @Override
  public String toString() {
    return label;
  }
}
