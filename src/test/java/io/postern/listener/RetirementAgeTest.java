package io.postern.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.Channel;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import io.postern.fault.Fault;
import io.postern.http.ClientConnection;
import io.postern.http.DownstreamStream;
import io.postern.http.ExchangeFactory;
import io.postern.http.LoopContext;
import io.postern.http.WindowBudget;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The age of connections that began together differs by up to ten percent either way. */
class RetirementAgeTest {

  private static final long AGE_SECONDS = 1000;

  private final MockTicker ticker = Ticker.newMockTicker();
  private final EmbeddedChannel channel = EmbeddedChannel.builder().ticker(ticker).build();
  private final LoopContext loop = LoopContext.of(0, channel.eventLoop(), new WindowBudget(0));
  private final List<Long> gone = new ArrayList<>();

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  @Test
  void isSpread() {
    for (int i = 0; i < 200; i++) {
      begin(channel);
    }
    pass(1200);
    assertThat(gone).hasSize(200);
    assertThat(gone).allMatch(at -> at >= 900 && at <= 1101);
    assertThat(gone).anyMatch(at -> at < 930).anyMatch(at -> at > 1070);
  }

  @Test
  void ofAClosedConnectionMattersToNobody() {
    begin(channel);
    channel.close();
    pass(1200);
    assertThat(gone).isEmpty();
  }

  private void begin(Channel connection) {
    Retirement.Terms terms = new Retirement.Terms(TimeUnit.SECONDS.toNanos(AGE_SECONDS), 0);
    Retirement.of(new Exchanges(loop), terms)
        .begin(connection, new Goes(), RandomGenerator.of("L64X128MixRandom"));
  }

  private void pass(long seconds) {
    for (long i = 0; i < seconds; i++) {
      ticker.advance(1, TimeUnit.SECONDS);
      channel.runScheduledPendingTasks();
    }
  }

  private final class Goes implements ClientConnection {
    @Override
    public void show(Visitor visitor) {
      throw new AssertionError("nobody looks");
    }

    @Override
    public long idleNanos() {
      throw new AssertionError("nobody looks");
    }

    @Override
    public void goAway() {
      gone.add(TimeUnit.NANOSECONDS.toSeconds(ticker.nanoTime()));
    }

    @Override
    public void abort(Fault fault) {
      throw new AssertionError(fault);
    }
  }

  private record Exchanges(LoopContext loop) implements ExchangeFactory.OfLoop {
    @Override
    public RandomGenerator random() {
      return RandomGenerator.getDefault();
    }

    @Override
    public DownstreamStream.Listener open(DownstreamStream stream, long headStarted) {
      throw new AssertionError("no request");
    }
  }
}
