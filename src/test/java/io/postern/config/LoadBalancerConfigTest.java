package io.postern.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoadBalancerConfigTest {

  private static Config config(String yaml) {
    String whole = yaml + "\nlisteners: {a: {bind: 127.0.0.1:0}}\nroutes: []\n";
    Loaded loaded = ConfigLoader.parse("test.yaml", whole, Path.of(""), Map.of());
    return ((Loaded.Valid) loaded).config();
  }

  @ParameterizedTest
  @CsvSource({"350s, 300", "60s, 54", "6000s, 300", "100s, 90"})
  void clientsAreIdleForLessThanTheLoadBalancerAllows(String idleTimeout, int seconds) {
    Config config = config("loadBalancer: {idleTimeout: %s}".formatted(idleTimeout));
    ListenerConfig listener = config.listeners().values().iterator().next();
    assertThat(config.loadBalancer().idle(listener.timeouts()))
        .isEqualTo(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @CsvSource({"300s, 290", "0s, 0", "5s, 0", "3600s, 3590"})
  void theDrainEndsBeforeTheLoadBalancersPatience(String delay, int seconds) {
    Config config = config("loadBalancer: {deregistrationDelay: %s}".formatted(delay));
    assertThat(config.loadBalancer().drain(config.shutdown()))
        .isEqualTo(Duration.ofSeconds(seconds));
  }
}
