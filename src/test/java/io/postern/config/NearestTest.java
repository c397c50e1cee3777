package io.postern.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NearestTest {

  private static final List<String> NAMES = List.of("bind", "tls", "limits", "timeouts", "path");

  @ParameterizedTest
  @CsvSource({
    "bnid,bind",
    "Bind,bind",
    "binding,bind",
    "timeout,timeouts",
    "tiemouts,timeouts",
    "limts,limits",
    "pth,path",
    "tl,tls"
  })
  void findsWhatWasMeant(String written, String meant) {
    assertThat(Nearest.hint(written, NAMES)).isEqualTo(", did you mean " + meant + "?");
  }

  @ParameterizedTest
  @CsvSource({"port", "certificates", "x", "''"})
  void makesNothingUp(String written) {
    assertThat(Nearest.hint(written, NAMES)).isEmpty();
  }

  @Test
  void doesNotCompareWhatIsLong() {
    assertThat(Nearest.hint("bind".repeat(1_000_000), NAMES)).isEmpty();
  }

  @Test
  void listsNames() {
    assertThat(Nearest.oneOf(List.of("a"))).isEqualTo("a");
    assertThat(Nearest.oneOf(List.of("a", "b"))).isEqualTo("a or b");
    assertThat(Nearest.oneOf(List.of("a", "b, c", "d"))).isEqualTo("a, b, c or d");
  }
}
