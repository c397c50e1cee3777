package io.postern.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.health.RiseFall.Change;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RiseFallTest {

  private static final int LENGTH = 12;

  /** Results as + and -; changes as U and D, none as a dot. */
  private static String changes(int rise, int fall, String results) {
    RiseFall machine = new RiseFall(rise, fall);
    StringBuilder changes = new StringBuilder();
    for (int i = 0; i < results.length(); i++) {
      changes.append(
          switch (machine.next(results.charAt(i) == '+')) {
            case NONE -> '.';
            case UP -> 'U';
            case DOWN -> 'D';
          });
    }
    return changes.toString();
  }

  @ParameterizedTest
  @CsvSource({
    // The first decides alone.
    "2, 3, -, D",
    "2, 3, +, .",
    "9, 9, -, D",
    // From then on so many in a row.
    "2, 3, +---, ...D",
    "2, 3, +--+---, ......D",
    "2, 3, -++, D.U",
    "2, 3, -+-++, D...U",
    "2, 3, -++---++, D.U..D.U",
    "1, 1, -+-+, DUDU",
    "1, 1, +-+-, .DUD",
    // More of the same changes nothing.
    "2, 3, -----, D....",
    "2, 3, +++++, .....",
    "2, 3, +------, ...D...",
  })
  void tellsChanges(int rise, int fall, String results, String changes) {
    assertThat(changes(rise, fall, results)).isEqualTo(changes);
  }

  @Test
  void saysHowManyResultsLedThere() {
    RiseFall machine = new RiseFall(2, 3);
    assertThat(machine.next(false)).isEqualTo(Change.DOWN);
    assertThat(machine.streak()).isEqualTo(1);
    machine.next(true);
    assertThat(machine.next(true)).isEqualTo(Change.UP);
    assertThat(machine.streak()).isEqualTo(2);
    machine.next(false);
    machine.next(false);
    assertThat(machine.next(false)).isEqualTo(Change.DOWN);
    assertThat(machine.streak()).isEqualTo(3);
  }

  /** Every sequence of results of this length, for every small rise and fall, against the words. */
  @Test
  void doesWhatTheWordsSayForEverySequence() {
    for (int rise = 1; rise <= 4; rise++) {
      for (int fall = 1; fall <= 4; fall++) {
        for (int bits = 0; bits < 1 << LENGTH; bits++) {
          RiseFall machine = new RiseFall(rise, fall);
          boolean up = true;
          for (int i = 0; i < LENGTH; i++) {
            boolean next = expected(bits, i, up, rise, fall);
            Change change = next == up ? Change.NONE : next ? Change.UP : Change.DOWN;
            assertThat(machine.next(good(bits, i)))
                .as("rise %d, fall %d, results %x, %d", rise, fall, bits, i)
                .isEqualTo(change);
            up = next;
          }
        }
      }
    }
  }

  private static boolean good(int bits, int index) {
    return (bits >> index & 1) == 1;
  }

  /** Whether it is up after a result: it changes where the last so many were all against it. */
  private static boolean expected(int bits, int index, boolean up, int rise, int fall) {
    if (index == 0) {
      return good(bits, 0);
    }
    int needed = up ? fall : rise;
    if (index + 1 < needed) {
      return up;
    }
    for (int i = index - needed + 1; i <= index; i++) {
      if (good(bits, i) == up) {
        return up;
      }
    }
    return !up;
  }
}
