package io.postern.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldRulesTest {

  /**
   * Eight bytes are looked at together: each byte must be found at each place among neighbours of
   * all kinds.
   */
  @Test
  void findsTheEndOfTextAtEveryPlace() {
    for (byte neighbour : new byte[] {'a', ' ', '~', '\t', (byte) 0x80, (byte) 0xFF}) {
      for (int b = 0; b < 256; b++) {
        boolean text = (b >= 0x20 && b != 0x7F) || b == '\t';
        for (int at = 0; at < 19; at++) {
          byte[] bytes = new byte[19];
          Arrays.fill(bytes, neighbour);
          bytes[at] = (byte) b;
          assertThat(FieldRules.endOfText(bytes, 0, 19)).isEqualTo(text ? 19 : at);
          assertThat(FieldRules.endOfText(bytes, 0, at)).isEqualTo(at);
          assertThat(FieldRules.endOfText(bytes, at, 19)).isEqualTo(text ? 19 : at);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "close, true",
    "CLOSE, true",
    "'x,close', true",
    "'close,x', true",
    "' , close\t ,', true",
    "'x, y, clos, closed, xclose, close x', false",
    "'\"close\"', false",
    "'', false",
    "',', false",
    "',,,', false",
  })
  void findsAMemberOfAList(String list, boolean found) {
    assertThat(FieldRules.lists(new AsciiString(list), new AsciiString("close"))).isEqualTo(found);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "7, 7",
    "000, 0",
    "9223372036854775807, 9223372036854775807",
    "9223372036854775808, -2",
    "9999999999999999999999, -2",
    "9999999999999999999999x, -1",
    "'', -1",
    "-1, -1",
    "+1, -1",
    "'1 ', -1",
    "1/, -1",
    "1:, -1",
  })
  void readsALength(String text, long length) {
    byte[] bytes = ("1" + text + "1").getBytes(StandardCharsets.US_ASCII);
    assertThat(FieldRules.length(bytes, 1, bytes.length - 1)).isEqualTo(length);
  }

  @Test
  void takesAValueOnlyTrimmedWhereNobodyTrims() {
    assertThat(isValue("")).isTrue();
    assertThat(isValue("a")).isTrue();
    assertThat(isValue("a \t b\u00e9")).isTrue();
    assertThat(isValue(" a")).isFalse();
    assertThat(isValue("a\t")).isFalse();
    assertThat(isValue(" ")).isFalse();
    assertThat(isValue("a\nb")).isFalse();
    assertThat(isValue("a\u0000")).isFalse();
  }

  private static boolean isValue(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return FieldRules.isValue(bytes, 0, bytes.length);
  }
}
