package io.postern.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.observe.Resource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StrainTest {

  private static Strain after(Resource resource, long... used) {
    Strain strain = new Strain(resource, 1000);
    for (long each : used) {
      strain.look(each);
    }
    return strain;
  }

  @ParameterizedTest
  @CsvSource({
    "0, NONE, 0",
    "849, NONE, 0",
    "850, TRIM, 100",
    "949, TRIM, 199",
    "950, REFUSE, 200",
    "1200, REFUSE, 450"
  })
  void rises(long used, Pressure pressure, long excess) {
    Strain strain = after(Resource.DESCRIPTORS, used);
    assertThat(strain.pressure()).isEqualTo(pressure);
    assertThat(strain.excess()).isEqualTo(excess);
  }

  @ParameterizedTest
  @CsvSource({"900, REFUSE", "899, TRIM", "750, TRIM", "749, NONE"})
  void fallsLater(long used, Pressure pressure) {
    assertThat(after(Resource.CONNECTIONS, 1000, used).pressure()).isEqualTo(pressure);
  }

  @Test
  void trimmingGoesOnBelowTheMarkWhereItBegan() {
    assertThat(after(Resource.CONNECTIONS, 850, 800).pressure()).isEqualTo(Pressure.TRIM);
    assertThat(after(Resource.CONNECTIONS, 800).pressure()).isEqualTo(Pressure.NONE);
  }

  @Test
  void memoryIsLeftToExchangesThatGoOn() {
    assertThat(after(Resource.DIRECT_MEMORY, 700).pressure()).isEqualTo(Pressure.TRIM);
    assertThat(after(Resource.DIRECT_MEMORY, 800).pressure()).isEqualTo(Pressure.REFUSE);
  }

  @Test
  void saysWhenSomethingElseFollows() {
    Strain strain = new Strain(Resource.CONNECTIONS, 100);
    assertThat(strain.look(84)).isFalse();
    assertThat(strain.look(85)).isTrue();
    assertThat(strain.look(86)).isFalse();
    assertThat(strain.look(95)).isTrue();
    assertThat(strain.look(0)).isTrue();
  }

  @Test
  void noLimitIsNeverNear() {
    Strain strain = new Strain(Resource.DESCRIPTORS, Long.MAX_VALUE);
    strain.look(1_000_000);
    assertThat(strain.pressure()).isEqualTo(Pressure.NONE);
  }
}
