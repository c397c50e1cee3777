package io.postern.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How much is read, and when, by what the reads before have cost. */
class ReadsTest {

  private static final long QUICK = 20_000;
  private static final long SLOW = 1_000_000;
  private static final int MOST = 16 * Http2Writer.DATA_OF_A_RECORD;

  private final MockTicker ticker = Ticker.newMockTicker();
  private final EmbeddedChannel channel = EmbeddedChannel.builder().ticker(ticker).build();
  private final Deadlines clock = new Deadlines(channel.eventLoop(), ticker);
  private final Turns turns = new Turns(channel.eventLoop(), clock);

  private void pass() {
    ticker.advance(1, TimeUnit.NANOSECONDS);
    channel.runScheduledPendingTasks();
  }

  /** A connection on the one loop. */
  private final class Peer {
    private final EmbeddedChannel own = new EmbeddedChannel();
    private final Reads reads = new Reads(own, turns, clock);
    private final ExtendedHandle handle = reads.newHandle();

    /** Reads all that the buffer holds, which takes so long; answers whether it reads on. */
    boolean read(long nanos) {
      return read(handle.guess(), nanos);
    }

    boolean read(int bytes, long nanos) {
      begin(bytes);
      return end(nanos);
    }

    /** What came first was framing, and what came last was not. */
    void readFraming(long nanos) {
      begin(handle.guess());
      reads.spare(true);
      reads.spare(false);
      assertThat(end(nanos)).isFalse();
    }

    private void begin(int bytes) {
      handle.reset(own.config());
      handle.attemptedBytesRead(handle.guess());
      handle.lastBytesRead(bytes);
      handle.incMessagesRead(1);
    }

    private boolean end(long nanos) {
      ticker.advance(nanos, TimeUnit.NANOSECONDS);
      return handle.continueReading();
    }

    void noRoomFor(long millis) {
      reads.allow(false);
      ticker.advance(millis, TimeUnit.MILLISECONDS);
      reads.allow(true);
    }

    boolean isRead() {
      return own.config().isAutoRead();
    }
  }

  @Test
  void buffersGrowWithWhatComesAndShrinkAgain() {
    Peer peer = new Peer();
    for (int i = 0; i < 8; i++) {
      peer.read(QUICK);
    }
    assertThat(peer.handle.guess()).isEqualTo(MOST);
    for (int i = 0; i < 20; i++) {
      peer.read(100, QUICK);
    }
    assertThat(peer.handle.guess()).isEqualTo(1024);
  }

  @Test
  void aSlowReadEndsTheTurnAndTheNextIsSmaller() {
    Peer peer = new Peer();
    for (int i = 0; i < 8; i++) {
      assertThat(peer.read(QUICK)).isTrue();
    }
    assertThat(peer.read(SLOW)).isFalse();
    assertThat(peer.isRead()).isFalse();
    assertThat(peer.handle.guess()).isEqualTo(MOST / 2);
    pass();
    assertThat(peer.isRead()).isTrue();
    for (int i = 0; i < 8; i++) {
      peer.read(SLOW);
    }
    assertThat(peer.handle.guess()).isEqualTo(8 * 1024);
  }

  @Test
  void aLargeReadMayTakeAsLongAsItsBytesDo() {
    Peer peer = new Peer();
    for (int i = 0; i < 8; i++) {
      peer.read(QUICK);
    }
    assertThat(peer.read(SLOW / 2)).isTrue();
    assertThat(peer.handle.guess()).isEqualTo(MOST);
    assertThat(peer.read(MOST / 4, SLOW / 2)).isFalse();
    assertThat(peer.handle.guess()).isEqualTo(MOST / 2);
  }

  @Test
  void whatTheOtherSideDoesNotTakeAtOnceIsReadInSmallerPieces() {
    Peer peer = new Peer();
    for (int i = 0; i < 8; i++) {
      peer.read(QUICK);
    }
    peer.noRoomFor(5);
    peer.read(QUICK);
    assertThat(peer.handle.guess()).isEqualTo(MOST);
    peer.noRoomFor(50);
    peer.read(QUICK);
    peer.read(QUICK);
    assertThat(peer.handle.guess()).isEqualTo(MOST / 4);
    peer.noRoomFor(5);
    peer.read(QUICK);
    assertThat(peer.handle.guess()).isEqualTo(MOST / 2);
  }

  @Test
  void onlyOneHasItsTurnInAPassOfTheLoop() {
    List<Peer> peers = List.of(new Peer(), new Peer(), new Peer());
    peers.forEach(each -> each.read(SLOW));
    List<List<Boolean>> read = new ArrayList<>();
    for (int pass = 0; pass < 3; pass++) {
      pass();
      read.add(peers.stream().map(Peer::isRead).toList());
    }
    assertThat(read)
        .containsExactly(
            List.of(true, false, false), List.of(true, true, false), List.of(true, true, true));
    assertThat(turns.waits()).isEqualTo(3);
  }

  @Test
  void framingIsReadInTheTimeThatIsToSpare() {
    List<Peer> peers = List.of(new Peer(), new Peer());
    peers.forEach(each -> each.readFraming(QUICK));
    List<Long> read = new ArrayList<>();
    for (int steps = 0; steps < 12; steps++) {
      read.add(peers.stream().filter(Peer::isRead).count());
      peers.stream().filter(Peer::isRead).forEach(each -> each.readFraming(QUICK));
      ticker.advance(QUICK / 2, TimeUnit.NANOSECONDS);
      pass();
    }
    assertThat(read).containsExactly(0L, 0L, 0L, 0L, 0L, 0L, 1L, 0L, 0L, 0L, 0L, 0L);
  }

  @Test
  void aPauseOfTheLoopIsNotMadeUpForByThoseWhoWereReadInIt() {
    Peer peer = new Peer();
    peer.readFraming(1_000 * SLOW);
    ticker.advance(6 * SLOW, TimeUnit.NANOSECONDS);
    pass();
    assertThat(peer.isRead()).isTrue();
  }

  @Test
  void whatHasNoRoomIsNotReadThoughItIsItsTurn() {
    Peer peer = new Peer();
    peer.read(SLOW);
    peer.reads.allow(false);
    pass();
    assertThat(peer.isRead()).isFalse();
    peer.reads.allow(true);
    assertThat(peer.isRead()).isTrue();
  }

  @Test
  void whatIsLeftOfTheLastReadComesFirst() {
    Peer peer = new Peer();
    List<String> done = new ArrayList<>();
    peer.reads.onTurn(
        () -> {
          done.add("rest");
          ticker.advance(SLOW, TimeUnit.NANOSECONDS);
          if (done.size() < 3) {
            peer.reads.await();
          }
        });
    peer.read(SLOW);
    for (int pass = 0; pass < 3; pass++) {
      assertThat(peer.isRead()).isFalse();
      pass();
    }
    assertThat(done).hasSize(3);
    assertThat(peer.isRead()).isTrue();
  }

  @Test
  void theClockStandsStillWhileWhatWasReadIsWorkedOn() {
    Peer peer = new Peer();
    long began = clock.now();
    peer.read(QUICK);
    assertThat(clock.now()).isEqualTo(began);
    peer.read(QUICK);
    assertThat(clock.now()).isEqualTo(began + QUICK);
    peer.handle.readComplete();
    assertThat(clock.now()).isEqualTo(began + 2 * QUICK);
    peer.handle.lastBytesRead(-1);
    ticker.advance(QUICK, TimeUnit.NANOSECONDS);
    assertThat(clock.now()).isEqualTo(began + 3 * QUICK);
  }
}
