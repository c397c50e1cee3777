package io.postern.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import org.junit.jupiter.api.Test;

/** Leaks on purpose; each test looks for its own leak, so that none is left for the build. */
class LeakCheckTest {

  @Test
  void aBufferThatIsDroppedFailsTheCheckWithItsHistory() {
    drop(PooledByteBufAllocator.DEFAULT.directBuffer(16).touch("dropped on purpose"));

    assertThatThrownBy(LeakCheck::requireNone)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("1 leaks")
        .hasMessageContaining("ByteBuf")
        .hasMessageContaining("dropped on purpose")
        .hasMessageContaining("LeakCheckTest");
  }

  @Test
  void aLeakIsToldOnce() {
    drop(UnpooledByteBufAllocator.DEFAULT.directBuffer(16));

    assertThatThrownBy(LeakCheck::requireNone).isInstanceOf(AssertionError.class);
    assertThatCode(LeakCheck::requireNone).doesNotThrowAnyException();
  }

  @Test
  void aBufferThatIsReleasedOrStillHeldIsNoLeak() {
    drop(PooledByteBufAllocator.DEFAULT.buffer(16), true);
    ByteBuf held = PooledByteBufAllocator.DEFAULT.buffer(16);

    assertThatCode(LeakCheck::requireNone).doesNotThrowAnyException();

    assertThat(held.release()).isTrue();
  }

  @Test
  void everyBufferIsWatched() {
    assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
  }

  private static void drop(ByteBuf buffer) {
    drop(buffer, false);
  }

  private static void drop(ByteBuf buffer, boolean released) {
    buffer.writeLong(1);
    if (released) {
      buffer.release();
    }
  }
}
