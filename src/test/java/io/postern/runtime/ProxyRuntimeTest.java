package io.postern.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.postern.testkit.ProxyUnderTest;
import org.junit.jupiter.api.Test;

/** The end of a proxy, as the process comes to it. */
final class ProxyRuntimeTest {

  @Test
  void aProxyThatWasDrainedMayBeClosedAgain() throws InterruptedException {
    try (ProxyUnderTest proxy =
        ProxyUnderTest.start(
            """
            listeners:
              edge: {bind: 127.0.0.1:0}
            routes:
              - {name: all, respond: {status: 204}}
            shutdown: {announce: 0s, spread: 0s}
            process: {eventLoops: 1}
            """)) {
      assertThat(proxy.drain().run()).isTrue();
      // What drains has closed it; whoever started it closes it too.
      assertThatCode(proxy.runtime()::close).doesNotThrowAnyException();
    }
  }
}
