package io.postern.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.EventLoop;
import io.postern.testkit.Await;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class DeadlinesTest {

  @Test
  void oneThatFailsDoesNotTakeTheOthersWithIt() {
    othersAreMetBehind(
        () -> {
          throw new IllegalStateException("thrown by the test");
        });
  }

  @Test
  void nothingDoesThatWantOfMemoryMakesFail() {
    othersAreMetBehind(
        () -> {
          throw new OutOfMemoryError("thrown by the test");
        });
  }

  private static void othersAreMetBehind(Runnable failing) {
    EventLoop loop = new DefaultEventLoop();
    try {
      CountDownLatch met = new CountDownLatch(1);
      loop.execute(
          () -> {
            Deadlines deadlines = new Deadlines(loop);
            deadlines.create(failing).after(0);
            deadlines.create(met::countDown).after(0);
          });
      Await.latch("the second deadline", met);
    } finally {
      assertThat(loop.shutdownGracefully()).isNotNull();
    }
  }
}
