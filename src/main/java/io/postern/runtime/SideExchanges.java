package io.postern.runtime;

import io.postern.http.DownstreamStream;
import io.postern.http.ExchangeFactory;
import io.postern.http.LoopContext;
import java.util.random.RandomGenerator;

/**
 * Opens what is asked on the ports beside the listeners.
 *
 * @param loop the one that serves them
 * @param factory answers
 */
record SideExchanges(LoopContext loop, RandomGenerator random, ExchangeFactory factory)
    implements ExchangeFactory.OfLoop {

  @Override
  public DownstreamStream.Listener open(DownstreamStream stream, long headStarted) {
    return factory.open(stream, headStarted);
  }
}
