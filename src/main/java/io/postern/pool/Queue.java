package io.postern.pool;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The requests that a pool may have in flight, and the line of those that wait until one of them
 * has ended. A pool without such limits has none.
 *
 * <p>Who waits has a {@link Ticket} and is called to try its luck; it stays in line until it has
 * got a server, so that nobody who comes later gets past it. Each that leaves the line calls the
 * next, and so does each request that ends; a call that came while somebody was trying in vain is
 * seen by the count of calls. So there is no lock, and nobody is forgotten.
 *
 * <p>Shared by all event loops. A ticket is called on the loop of its exchange.
 */
public final class Queue {

  /** How many precedences there are, from 0. */
  public static final int PRECEDENCES = 10;

  /** How often somebody may be passed by those whose connection has come free. */
  private static final int MOST_PASSES = 8;

  private final int size;
  private final int most;
  private final AtomicInteger inFlight = new AtomicInteger();
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicIntegerArray ofPrecedence = new AtomicIntegerArray(PRECEDENCES);

  /** How many wait that are not choosy. */
  private final AtomicInteger plain = new AtomicInteger();

  private final AtomicInteger calls = new AtomicInteger();
  private final AtomicLong numbers = new AtomicLong();
  private final LongAdder entered = new LongAdder();

  private final Line line = new Line();

  /**
   * An empty one.
   *
   * @param size how many may wait
   * @param most how many requests the whole pool may have in flight; 0 is any number
   */
  Queue(int size, int most) {
    this.size = size;
    this.most = most;
  }

  /** Who waits. */
  public interface Waiter {

    /** 0 to 9; those with a higher one are called first. */
    int precedence();

    /** When it came: orders those of the same precedence. */
    long arrived();

    /** Whether there are servers that it cannot use and others can. */
    boolean isChoosy();

    /**
     * Who shares connections with it: of that which has room on an open connection, only those of
     * the same home can make use. Null where connections are not limited.
     */
    default @Nullable Object home() {
      return null;
    }

    /** There may be a server with room: {@link Ticket#leave} or {@link Ticket#failed} follows. */
    void onCall();

    /** Somebody with precedence has taken its place, and it is out. */
    void onDisplaced();
  }

  /** A place in the line; owned by the event loop of its exchange, but for its being called. */
  public final class Ticket {

    private final int precedence;
    private final long arrived;
    private final long number = numbers.getAndIncrement();
    private final boolean choosy;
    private final @Nullable Object home;
    private final int place;
    private final Executor loop;
    private final Waiter waiter;
    private final AtomicBoolean called = new AtomicBoolean();
    private final AtomicInteger passed = new AtomicInteger();
    private int seen;

    private Ticket(Waiter waiter, Executor loop) {
      this.precedence = waiter.precedence();
      this.arrived = waiter.arrived();
      this.choosy = waiter.isChoosy();
      this.home = waiter.home();
      this.place = before(precedence) + 1;
      this.loop = loop;
      this.waiter = waiter;
    }

    int precedence() {
      return precedence;
    }

    long arrived() {
      return arrived;
    }

    long number() {
      return number;
    }

    @Nullable Object home() {
      return home;
    }

    boolean isChoosy() {
      return choosy;
    }

    /** Its place in the line as it got into it, from 1. */
    public int place() {
      return place;
    }

    /** Answers whether it was not called yet. */
    boolean call() {
      if (!called.compareAndSet(false, true)) {
        return false;
      }
      loop.execute(this::turn);
      return true;
    }

    private void turn() {
      if (line.contains(this)) {
        seen = calls.get();
        waiter.onCall();
      }
    }

    /** It was called, and there was no server with room. It waits on. */
    public void failed() {
      called.set(false);
      // What ended while it tried has called somebody else, or nobody.
      if (calls.get() != seen) {
        call();
      } else if (choosy) {
        line.callBehind(this); // there may be room that only others can use
      }
    }

    /**
     * It has what it waited for, or waits no more.
     *
     * @return whether it was in line; if not, it was displaced, and will be told so
     */
    public boolean leave() {
      boolean was = remove(this);
      if (was) {
        line.call();
        if (home != null) {
          line.callAt(home); // there may be more where its room came from
        }
      }
      return was;
    }
  }

  /**
   * Whether a request of this precedence has to wait even if there is room, because others came
   * first.
   */
  public boolean isAhead(int precedence) {
    if (waiting.get() == 0) {
      return false;
    }
    return before(precedence) > 0;
  }

  /** How many are in line before one who comes now. */
  private int before(int precedence) {
    int before = 0;
    for (int higher = precedence; higher < PRECEDENCES; higher++) {
      before += ofPrecedence.get(higher);
    }
    return before;
  }

  /**
   * Gets into the line. Where it is full, the last of a lower precedence has to go.
   *
   * @param loop where the waiter is called, and the one that calls this
   * @return null where the line is full
   */
  public @Nullable Ticket enter(Waiter waiter, Executor loop) {
    Ticket ticket = new Ticket(waiter, loop);
    if (waiting.incrementAndGet() > size && !displace(ticket.precedence)) {
      waiting.decrementAndGet();
      return null;
    }
    entered.increment();
    ofPrecedence.incrementAndGet(ticket.precedence);
    if (!ticket.choosy) {
      plain.incrementAndGet();
    }
    line.add(ticket);
    // What ended before it was in line could not call it. Else somebody before it is called, who
    // can use whatever it can, unless all that wait are choosy.
    if (ticket.choosy || ticket.home != null || plain.get() == 1 || line.first() == ticket) {
      ticket.call();
    }
    return ticket;
  }

  private boolean displace(int precedence) {
    Ticket last = line.last();
    if (last == null || last.precedence >= precedence || !remove(last)) {
      return false;
    }
    last.loop.execute(last.waiter::onDisplaced);
    return true;
  }

  private boolean remove(Ticket ticket) {
    boolean was = line.remove(ticket);
    if (was) {
      waiting.decrementAndGet();
      ofPrecedence.decrementAndGet(ticket.precedence);
      if (!ticket.choosy) {
        plain.decrementAndGet();
      }
    }
    return was;
  }

  /** Whether one more request may be in flight. */
  boolean hasRoom() {
    return most == 0 || inFlight.get() < most;
  }

  /** Takes room for one request, which {@link #end} gives back. */
  boolean begin() {
    if (most == 0) {
      return true;
    }
    int now = inFlight.get();
    while (now < most) {
      if (inFlight.compareAndSet(now, now + 1)) {
        return true;
      }
      now = inFlight.get();
    }
    return false;
  }

  /** Gives the room back that is of no use, for no server has any. Nobody is called. */
  void giveBack() {
    if (most > 0) {
      inFlight.decrementAndGet();
    }
  }

  /** A request has ended. */
  void end() {
    giveBack();
    roomMade();
  }

  /** There may be room where there was none: for one. */
  void roomMade() {
    if (waiting.get() > 0) {
      calls.incrementAndGet();
      line.call();
    }
  }

  /**
   * There may be room on an open connection, for those of one home: for one of them.
   *
   * @param home as {@link Waiter#home} has it
   */
  public void roomAt(Object home) {
    if (waiting.get() > 0) {
      calls.incrementAndGet();
      line.callAt(home);
    }
  }

  /**
   * A connection is idle, and counted so: those of one home can use it as it is, the others have
   * room by its end. The first in line may be passed a few times by those who have one open.
   *
   * @param home as {@link Waiter#home} has it
   * @return whether it stays; else whoever waits is called when it is closed
   */
  public boolean isKeptFor(Object home) {
    Ticket first = waiting.get() == 0 ? null : line.first();
    if (first == null) {
      return true;
    }
    calls.incrementAndGet();
    if (home.equals(first.home)) {
      first.call();
      return true;
    }
    boolean passes = first.passed.get() < MOST_PASSES && line.callAt(home);
    if (passes) {
      first.passed.incrementAndGet();
    }
    return passes;
  }

  /**
   * Leaves what is idle at a home to one of those who wait there and can use it as it is: the first
   * in line, or one that may pass it. That one is called.
   *
   * @param home as {@link Waiter#home} has it
   * @return whether there is one
   */
  public boolean isLeftTo(Object home) {
    Ticket first = line.first();
    if (first == null) {
      return false;
    }
    boolean passes = !home.equals(first.home);
    Ticket heir = passes && first.passed.get() >= MOST_PASSES ? null : line.firstPlainAt(home);
    if (heir != null && heir.call() && passes) {
      first.passed.incrementAndGet();
    }
    return heir != null;
  }

  /** How many wait. */
  public int waiting() {
    return waiting.get();
  }

  /** How many have waited since the start, those that wait now included. */
  public long entered() {
    return entered.sum();
  }

  /** How many may wait. */
  public int size() {
    return size;
  }
}
