package io.postern.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LoopLoadTest {

  /** A loop that has been as busy as this for long, with connections that came long ago. */
  private static LoopLoad load(double share, int connections) {
    LoopLoad load = new LoopLoad();
    for (int i = 0; i < connections; i++) {
      load.opened();
    }
    for (int i = 0; i < 100; i++) {
      load.look(share);
    }
    return load;
  }

  /** Opens so many, and says how many connections each loop has then. */
  private static List<Integer> afterOpening(int count, LoopLoad... loads) {
    List<LoopLoad> all = List.of(loads);
    for (int i = 0; i < count; i++) {
      all.get(LoopLoad.leastBusy(all)).opened();
    }
    return Stream.of(loads).map(LoopLoad::connections).toList();
  }

  @Test
  void theLeastBusyOneGetsIt() {
    assertThat(LoopLoad.leastBusy(List.of(load(0.7, 10), load(0.2, 10), load(0.9, 10))))
        .isEqualTo(1);
  }

  @Test
  void whatIsIdleCountsForNothingWhereAnotherIsBusy() {
    assertThat(LoopLoad.leastBusy(List.of(load(0, 5000), load(0.5, 1)))).isEqualTo(0);
  }

  @Test
  void theFewestConnectionsDecideWhereSharesAreNear() {
    assertThat(LoopLoad.leastBusy(List.of(load(0.40, 30), load(0.43, 20)))).isEqualTo(1);
  }

  @Test
  void aCrowdThatComesBeforeAnyIsBusyIsSpreadEvenly() {
    assertThat(afterOpening(1000, load(0, 0), load(0, 0), load(0, 0), load(0, 0)))
        .containsOnly(250);
  }

  /** The share of the idle loop stays what it was until the next look. */
  @Test
  void aCrowdDoesNotAllGoToTheOneThatWasIdle() {
    assertThat(afterOpening(1000, load(0.6, 100), load(0.1, 100)))
        .allSatisfy(connections -> assertThat(connections).isBetween(350, 850));
  }

  @Test
  void connectionsThatComeAndGoOneByOneAreSpreadToo() {
    List<LoopLoad> loads = List.of(load(0, 0), load(0, 0));
    for (int i = 0; i < 10; i++) {
      int chosen = LoopLoad.leastBusy(loads);
      assertThat(chosen).isEqualTo(i % 2);
      loads.get(chosen).opened();
      loads.get(chosen).closed();
    }
  }

  @Test
  void theBusyOneGetsFewerWhereNoneStays() {
    List<LoopLoad> loads = List.of(load(0.9, 5), load(0.3, 5));
    int toTheBusyOne = 0;
    for (int i = 0; i < 1000; i++) {
      int chosen = LoopLoad.leastBusy(loads);
      toTheBusyOne += chosen == 0 ? 1 : 0;
      loads.get(chosen).opened();
      loads.get(chosen).closed();
    }
    assertThat(toTheBusyOne).isLessThan(300);
  }

  @Test
  void theShareIsOfAboutASecond() {
    LoopLoad load = load(0, 0);
    for (int i = 0; i < LoopLoad.LOOKS_PER_SECOND; i++) {
      load.look(1);
    }
    assertThat(load.busyShare()).isCloseTo(0.68, within(0.01));
  }
}
