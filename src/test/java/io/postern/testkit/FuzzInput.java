package io.postern.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** What a fuzz test is given: bytes that come off a wire, and behind them one that says how. */
public final class FuzzInput {

  private FuzzInput() {}

  /** The inputs that the cases of corpora make, cut somewhere. */
  public static Stream<byte[]> of(String... files) {
    return Stream.of(files)
        .flatMap(file -> Corpus.read(file).stream())
        .map(each -> with(each.bytes(), each.name().length()));
  }

  /** An input of these bytes. */
  public static byte[] with(byte[] bytes, int cut) {
    byte[] input = Arrays.copyOf(bytes, bytes.length + 1);
    input[bytes.length] = (byte) cut;
    return input;
  }

  /** The bytes. */
  public static byte[] bytes(byte[] input) {
    return Arrays.copyOf(input, Math.max(0, input.length - 1));
  }

  /**
   * What comes of the bytes at once, which is what comes of them in two pieces and one by one.
   *
   * @param outcome of bytes in pieces that end at these places
   */
  public static <T> T however(byte[] input, BiFunction<byte[], int[], T> outcome) {
    byte[] bytes = bytes(input);
    int length = bytes.length;
    T whole = outcome.apply(bytes, new int[] {length});
    if (length > 1) {
      int cut = 1 + (input[length] & 0xFF) % (length - 1);
      for (int[] ends : List.of(new int[] {cut, length}, each(length))) {
        T other = outcome.apply(bytes, ends);
        if (!other.equals(whole)) {
          assertThat(other).as("%s, cut at %d", Corpus.escape(bytes), cut).isEqualTo(whole);
        }
      }
    }
    return whole;
  }

  private static int[] each(int length) {
    int[] ends = new int[length];
    Arrays.setAll(ends, i -> i + 1);
    return ends;
  }
}
