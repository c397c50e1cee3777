package io.postern.shaping;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.postern.testkit.Await;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who goes on where a pass of a loop has more to do than it should. */
class LoopTimeTest {

  private static final long MUCH = 400 * 1024;

  private final EventLoop loop = new DefaultEventLoop();
  private final List<String> turns = new CopyOnWriteArrayList<>();

  @AfterEach
  void end() {
    loop.shutdownGracefully();
  }

  private Runnable named(String name) {
    return () -> turns.add(name);
  }

  /** What each was answered, all asked in one pass. */
  private List<Boolean> pass(LoopTime time, Share share, Runnable... relays) {
    CompletableFuture<List<Boolean>> answers = new CompletableFuture<>();
    loop.execute(
        () -> {
          List<Boolean> passed = new ArrayList<>();
          for (Runnable each : relays) {
            passed.add(time.pass(share, 5, MUCH, each) == null);
          }
          answers.complete(passed);
        });
    return Await.result("a pass", answers);
  }

  @Test
  void oneAloneNeverWaits() {
    LoopTime time = new LoopTime(loop);
    Runnable one = named("one");
    assertThat(pass(time, new Share(1), one, one, one, one)).containsOnly(true);
  }

  @Test
  void whatIsTooMuchForAPassComesInTheNext() {
    LoopTime time = new LoopTime(loop);
    assertThat(pass(time, new Share(1), named("one"), named("two"), named("three")))
        .containsExactly(true, false, false);
    Await.until("all had their turn", () -> turns.equals(List.of("two", "three")));
    assertThat(time.waits()).isEqualTo(2);
  }

  @Test
  void whoFailsAtItsTurnHoldsUpNobody() {
    LoopTime time = new LoopTime(loop);
    Runnable bad =
        () -> {
          throw new IllegalStateException("a defect that is meant");
        };
    pass(time, new Share(1), named("one"), bad, named("three"));
    Await.until("the next had its turn", () -> turns.equals(List.of("three")));
    pass(time, new Share(1), named("four"), named("five"));
    Await.until("and so has one of later", () -> turns.equals(List.of("three", "five")));
  }
}
