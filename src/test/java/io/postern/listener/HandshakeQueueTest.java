package io.postern.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.postern.testkit.Await;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** In which order handshakes are computed, and which have no room. */
class HandshakeQueueTest {

  private final EventLoop loop =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory()).next();
  private final HandshakeQueue queue = new HandshakeQueue(loop);
  private final List<String> computed = new ArrayList<>();

  @AfterEach
  void end() {
    loop.shutdownGracefully();
  }

  private static Source source(int number) {
    return new Source(null, number);
  }

  /** Adds so many of a source; answers how many had room. */
  private int add(int source, int count) {
    return (int)
        IntStream.range(0, count)
            .filter(i -> add(source(source), () -> computed.add(source + "-" + i)))
            .count();
  }

  private boolean add(Source source, Runnable goOn) {
    boolean room = queue.hasRoom(source);
    if (room) {
      queue.add(source, goOn);
    }
    return room;
  }

  private void inOnePass(Runnable task) {
    Await.result("what is done on the loop", loop.submit(task));
  }

  private void awaitAll() {
    Await.until("an empty queue", () -> queue.waiting() == 0);
    inOnePass(() -> {}); // the last is counted out before it is computed
  }

  @Test
  void theSourcesTakeTurns() {
    inOnePass(
        () -> {
          add(1, 5);
          add(2, 2);
          add(3, 1);
          assertThat(computed).as("nothing is done at once").isEmpty();
        });
    awaitAll();
    assertThat(computed).containsExactly("1-0", "2-0", "3-0", "1-1", "2-1", "1-2", "1-3", "1-4");
  }

  @Test
  void whatIsRemovedIsNotComputed() {
    inOnePass(
        () -> {
          Runnable gone = () -> computed.add("gone");
          queue.add(source(1), gone);
          queue.add(source(1), () -> computed.add("there"));
          queue.remove(source(1), gone);
          queue.remove(source(1), gone);
          queue.remove(source(2), gone);
          assertThat(queue.waiting()).isEqualTo(1);
        });
    awaitAll();
    assertThat(computed).containsExactly("there");
    inOnePass(() -> add(1, 1));
    awaitAll();
    assertThat(computed).containsExactly("there", "1-0");
  }

  @Test
  void aSourceThatSendsManyLeavesRoomForOthers() {
    inOnePass(
        () -> {
          assertThat(add(1, 2 * HandshakeQueue.ROOM)).isEqualTo(HandshakeQueue.ROOM);
          assertThat(add(2, 2 * HandshakeQueue.ROOM)).isEqualTo(HandshakeQueue.ROOM / 2);
          int each = IntStream.range(3, 103).map(number -> add(number, 1)).sum();
          assertThat(each).isEqualTo(100);
          assertThat(add(1, 1)).isZero();
        });
    awaitAll();
    List<String> firsts = computed.subList(0, 102);
    assertThat(firsts)
        .containsExactlyElementsOf(
            Stream.iterate(1, i -> i + 1).limit(102).map(i -> i + "-0").toList());
    assertThat(computed).hasSize(HandshakeQueue.ROOM * 3 / 2 + 100);
  }

  @Test
  void thereIsAnEndToTheRoomHoweverManySourcesThereAre() {
    inOnePass(
        () -> {
          int all = IntStream.range(0, 3 * HandshakeQueue.ROOM).map(number -> add(number, 2)).sum();
          assertThat(all).isEqualTo(HandshakeQueue.MOST);
        });
    awaitAll();
    inOnePass(() -> assertThat(add(1, 3)).as("nobody else has a share now").isEqualTo(3));
    awaitAll();
  }

  @Test
  void whatGoesWrongInOneTurnEndsNoOther() {
    inOnePass(
        () -> {
          queue.add(
              source(1),
              () -> {
                throw new StackOverflowError("not really");
              });
          add(1, 2);
        });
    awaitAll();
    assertThat(computed).containsExactly("1-0", "1-1");
  }
}
