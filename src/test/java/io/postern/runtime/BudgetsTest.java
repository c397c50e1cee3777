package io.postern.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BudgetsTest {

  private static final long MIB = 1 << 20;

  private static Budgets of(long limit, long open, long heapMib, long directMib) {
    return Budgets.of(new Budgets.Found(limit, open, heapMib * MIB, directMib * MIB), 128 * MIB);
  }

  /** Each client may have a connection to a server; what is open at the start stays open. */
  @ParameterizedTest
  @CsvSource({
    "256, 100, 1024, 62",
    "1024, 100, 1024, 446",
    "65536, 100, 1024, 32512",
    "1048576, 100, 65536, 524032",
    "100, 100, 1024, 16"
  })
  void connectionsByDescriptors(long limit, long open, long heap, int connections) {
    assertThat(of(limit, open, heap, 128).connections()).isEqualTo(connections);
  }

  @Test
  void connectionsByTheHeap() {
    assertThat(of(1_048_576, 100, 128, 128).connections()).isEqualTo(8192);
    assertThat(of(Long.MAX_VALUE, 100, 128, 128).connections()).isEqualTo(8192);
  }

  @Test
  void windowsTakeHalfOfTheBuffersAtMost() {
    assertThat(of(1024, 100, 128, 128).windows()).isEqualTo(64 * MIB);
    assertThat(of(1024, 100, 128, 4096).windows()).isEqualTo(128 * MIB);
  }

  @Test
  void saysWhatDoesNotFit() {
    Budgets budgets = of(1024, 100, 128, 128);
    assertThat(budgets.misfit(512 * MIB)).isNull();
    assertThat(budgets.misfit(256 * MIB))
        .contains("128 MiB of heap (-Xmx)", "MaxDirectMemorySize", "in the 256 MiB");
    assertThat(budgets.describe(512 * MIB))
        .isEqualTo(
            "budgets: 446 connections of clients, 1024 descriptors, 128 MiB of direct memory of"
                + " which 64 MiB for windows of HTTP/2, beside 128 MiB of heap, of 512 MiB that"
                + " there are");
    assertThat(of(Long.MAX_VALUE, 0, 1, 1).describe(0)).contains("any number of descriptors");
  }
}
