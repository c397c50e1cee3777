package io.postern.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.RecvByteBufAllocator.ExtendedHandle;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How much is read, and when, by what the reads before have cost. */
class ReadsTest {

  private static final long QUICK = 20_000;
  private static final long SLOW = 1_000_000;

  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final Turns turns = new Turns(channel.eventLoop());
  private long now;

  /** A connection on the one loop. */
  private final class Peer {
    private final EmbeddedChannel own = new EmbeddedChannel();
    private final Reads reads = new Reads(own, turns, () -> now);
    private final ExtendedHandle handle = reads.newHandle();

    /** Reads all that the buffer holds, which takes so long; answers whether it reads on. */
    boolean read(long nanos) {
      return read(handle.guess(), nanos);
    }

    boolean read(int bytes, long nanos) {
      handle.reset(own.config());
      handle.attemptedBytesRead(handle.guess());
      handle.lastBytesRead(bytes);
      handle.incMessagesRead(1);
      now += nanos;
      return handle.continueReading();
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
    assertThat(peer.handle.guess()).isEqualTo(64 * 1024);
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
    assertThat(peer.handle.guess()).isEqualTo(32 * 1024);
    channel.runScheduledPendingTasks();
    assertThat(peer.isRead()).isTrue();
    for (int i = 0; i < 8; i++) {
      peer.read(SLOW);
    }
    assertThat(peer.handle.guess()).isEqualTo(8 * 1024);
  }

  @Test
  void onlyOneHasItsTurnInAPassOfTheLoop() {
    List<Peer> peers = List.of(new Peer(), new Peer(), new Peer());
    peers.forEach(each -> each.read(SLOW));
    List<List<Boolean>> read = new ArrayList<>();
    for (int pass = 0; pass < 3; pass++) {
      turns.run();
      read.add(peers.stream().map(Peer::isRead).toList());
    }
    assertThat(read)
        .containsExactly(
            List.of(true, false, false), List.of(true, true, false), List.of(true, true, true));
    assertThat(turns.waits()).isEqualTo(3);
  }

  @Test
  void whatHasNoRoomIsNotReadThoughItIsItsTurn() {
    Peer peer = new Peer();
    peer.read(SLOW);
    peer.reads.allow(false);
    channel.runScheduledPendingTasks();
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
          now += SLOW;
          if (done.size() < 3) {
            peer.reads.await();
          }
        });
    peer.read(SLOW);
    for (int pass = 0; pass < 3; pass++) {
      assertThat(peer.isRead()).isFalse();
      channel.runScheduledPendingTasks();
    }
    assertThat(done).hasSize(3);
    assertThat(peer.isRead()).isTrue();
  }
}
