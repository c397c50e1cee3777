package io.postern.http;

import io.netty.channel.Channel;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * How a connection is read, on both sides: whether, when, and how much at a time. Buffers grow and
 * shrink with what comes, and with what it costs: where a read took the loop long, the next is
 * smaller, and has to wait for its turn. So a peer that makes much work with few bytes, of the
 * smallest chunks and frames there are, holds up nobody but those who do the same.
 *
 * <p>Owned by the event loop of the connection.
 */
final class Reads extends DefaultMaxMessagesRecvByteBufAllocator {

  private static final int LEAST = 1024;
  private static final int FIRST = 4 * 1024;

  /** Frames of DATA that fill a record each; sixteen and their heads are 256 KiB. */
  private static final int MOST = 16 * Http2Writer.DATA_OF_A_RECORD;

  /** Where it is not taken at once, and so is held, a quarter of that. */
  private static final int MOST_OF_HELD = MOST / 4;

  /** What the other side takes longer for than this is held. */
  private static final long HELD_NANOS = 10_000_000;

  /** However long reads take: smaller ones would cost more than they bring. */
  private static final int LEAST_OF_SLOW = 8 * 1024;

  /** In a pass that is full: a record of TLS. */
  private static final int MOST_OF_FULL = 16 * 1024 + 64;

  /** So that one fast sender leaves time for the others on its loop, and for what it feeds. */
  private static final int IN_A_ROW = 4;

  /** What takes longer is slow, if it also does for the bytes that it brought. */
  private static final long SLOW_NANOS = 200_000;

  /** Content passes in about a third of it, TLS and system calls included. */
  private static final long SLOW_NANOS_PER_BYTE = 3;

  private final Channel channel;
  private final Turns turns;
  private final Deadlines clock;
  private Runnable rest = () -> {};
  private boolean allowed = true;
  private boolean waits;
  private boolean spared;
  private boolean held;
  private long began;
  private long forbidden;

  /**
   * The reads of a connection.
   *
   * @param turns whose turns those wait for that are slow
   * @param clock of the loop; stands still while what was read is passed on
   */
  Reads(Channel channel, Turns turns, Deadlines clock) {
    super(IN_A_ROW);
    this.channel = channel;
    this.turns = turns;
    this.clock = clock;
  }

  /** Those of a connection that takes part in the {@link Turns} of its loop. */
  static Reads of(Channel channel) {
    return channel.config().getRecvByteBufAllocator();
  }

  /** Whether there is room for what would be read; at first there is. */
  void allow(boolean room) {
    if (allowed != room) {
      allowed = room;
      if (room) {
        held = clock.exactly() - forbidden > HELD_NANOS;
      } else {
        forbidden = clock.exactly();
      }
      apply();
    }
  }

  /** Has this done first when it is the turn of the connection: what is left of the last. */
  void onTurn(Runnable rest) {
    this.rest = rest;
  }

  /** Whether the loop has done enough for the connection, which is to wait for its turn. */
  boolean isSpent() {
    return clock.exactly() - began > SLOW_NANOS;
  }

  /** Whether what is being read is mostly framing: it is read on in the time that is to spare. */
  void spare(boolean framing) {
    spared |= framing;
  }

  /** It is the turn of this connection. */
  void goOn() {
    waits = false;
    began = clock.exactly();
    rest.run();
    apply();
  }

  /** Nothing more is read until it is the turn of the connection. */
  void await() {
    if (!waits) {
      waits = true;
      apply();
      if (spared) {
        turns.awaitSpare(this, clock.exactly() - began);
      } else {
        turns.await(this);
      }
    }
  }

  private void apply() {
    if (channel.isOpen()) { // or Netty looks for a socket that is no more
      channel.config().setAutoRead(allowed && !waits);
    }
  }

  @Override
  public ExtendedHandle newHandle() {
    return new Sized();
  }

  private final class Sized extends MaxMessageHandle {

    private int size = FIRST;
    private boolean sparse;

    @Override
    public int guess() {
      return turns.isFull() ? Math.min(size, MOST_OF_FULL) : size;
    }

    /** The bytes are read, and will be passed on. */
    @Override
    public void lastBytesRead(int bytes) {
      super.lastBytesRead(bytes);
      if (bytes > 0) {
        began = clock.hold();
        turns.read(bytes);
        spared = false;
      }
    }

    @Override
    public void readComplete() {
      clock.release();
      super.readComplete();
    }

    /** They have been passed on. */
    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
      if (spared || isSlow()) {
        size = Math.max(Math.min(size, LEAST_OF_SLOW), size / 2);
        await();
      } else if (lastBytesRead() < attemptedBytesRead() || attemptedBytesRead() >= size) {
        fit(lastBytesRead());
      }
      return !turns.isFull() && super.continueReading(maybeMore);
    }

    private boolean isSlow() {
      return isSpent() && clock.exactly() - began > SLOW_NANOS_PER_BYTE * lastBytesRead();
    }

    /** Grows at once where a buffer was full, and shrinks where it was too large twice. */
    private void fit(int bytes) {
      if (bytes >= size) {
        sparse = false;
        size = Math.min(held ? MOST_OF_HELD : MOST, 2 * size);
      } else if (bytes > size / 4) {
        sparse = false;
      } else if (sparse) {
        sparse = false;
        size = Math.max(LEAST, size / 2);
      } else {
        sparse = true;
      }
    }
  }
}
