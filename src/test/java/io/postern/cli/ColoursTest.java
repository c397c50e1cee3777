package io.postern.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Words that say how something is have a colour, and nothing else has. */
class ColoursTest {

  @Test
  void wordsByThemselvesArePainted() {
    assertThat(Colours.painted("app  10.0.0.1:80  ready, down"))
        .isEqualTo("app  10.0.0.1:80  \u001b[32mready\u001b[0m, \u001b[31mdown\u001b[0m");
    String names = "ready-pool down.internal countdown pool_drain";
    assertThat(Colours.painted(names)).isEqualTo(names);
  }

  @Test
  void noTerminalShowsThem() {
    assertThat(Colours.of("ready")).isEqualTo("ready");
  }
}
