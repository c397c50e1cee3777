package io.postern.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedactionTest {

  private final Redaction redaction = new Redaction(List.of("token", "X-Amz-Signature", "a b"));

  @ParameterizedTest
  @CsvSource({
    "/x?token=abc, /x?token=***",
    "/x?token=abc&b=c, /x?token=***&b=c",
    "/x?b=c&token=abc, /x?b=c&token=***",
    "/x?b=c;token=abc, /x?b=c;token=***",
    "/x?token=abc;d=e&b=c, /x?token=***&b=c",
    "/x?token=1&token=2, /x?token=***&token=***",
    "/x?TOKEN=abc, /x?TOKEN=***",
    "/x?t%6Fk%45n=abc, /x?t%6Fk%45n=***",
    "/x?x-amz-signature=0f&token=t, /x?x-amz-signature=***&token=***",
    "/x?a+b=1&a%20b=2&a%2Bb=3, /x?a+b=***&a%20b=***&a%2Bb=3",
    "/x?token=, /x?token=***",
    "/x?token=?token=a, /x?token=***",
    "/x?y=?token=a, /x?y=?token=***",
    "/x??token=a, /x??token=***",
  })
  void valuesOfTheNamesAreTakenOut(String target, String told) {
    assertThat(of(target)).isEqualTo(told);
  }

  @ParameterizedTest
  @CsvSource({
    "/x",
    "/x?",
    "/x?b=c",
    "/token=abc",
    "/x?tokens=a",
    "/x?atoken=a",
    "/x?token",
    "/x?token%3Da=b",
    "/x?toke%",
    "/x?toke%6",
    "/x?toke%zz=1",
    "/x?&&;?",
    "*"
  })
  void allElseIsLeftAlone(String target) {
    assertThat(of(target)).isEqualTo(target);
  }

  @Test
  void partsOfAnArrayAreNoMoreThanThat() {
    byte[] bytes =
        "??token=secret&/x?token=abc&d=e&token=secret".getBytes(StandardCharsets.US_ASCII);
    AsciiString part = new AsciiString(bytes, 15, 16, false);

    assertThat(redaction.of(part).toString()).isEqualTo("/x?token=***&d=e");
  }

  @Test
  void wordsThatShowATargetAreRedactedToo() {
    assertThat(redaction.of("bad-target: \"/x?token=abc\""))
        .isEqualTo("bad-target: \"/x?token=***");
    assertThat(redaction.of("server-reset: token=abc")).isEqualTo("server-reset: token=abc");
  }

  @Test
  void withoutNamesTheTextIsTheSame() {
    AsciiString target = new AsciiString("/x?token=abc");

    assertThat((Object) new Redaction(List.of()).of(target)).isSameAs(target);
  }

  private String of(String target) {
    return redaction.of(new AsciiString(target)).toString();
  }
}
