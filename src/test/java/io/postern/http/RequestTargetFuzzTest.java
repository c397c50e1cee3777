package io.postern.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.postern.fault.FaultException;
import io.postern.fault.Reason;
import io.postern.testkit.Corpus;
import io.postern.testkit.FuzzInput;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes as the target of a request: what is taken can stand in a first line, and its path has
 * nothing left that servers read in more than one way.
 */
class RequestTargetFuzzTest {

  static Stream<byte[]> corpus() {
    return Stream.of("requests-accepted.txt", "requests-refused.txt")
        .flatMap(file -> Corpus.read(file).stream())
        .map(each -> new String(each.bytes(), ISO_8859_1).split(" ", -1))
        .filter(parts -> parts.length > 2 && parts[1].length() < 1024)
        .map(parts -> FuzzInput.with(parts[1].getBytes(ISO_8859_1), parts[0].length()));
  }

  @MethodSource("corpus")
  @FuzzTest
  void anyBytes(byte[] input) {
    byte[] bytes = FuzzInput.bytes(input);
    boolean options = input.length > 0 && input[input.length - 1] == 7;
    RequestTarget target;
    try {
      target = RequestTarget.parse(bytes, 0, bytes.length, options);
    } catch (FaultException refused) {
      assertThat(refused.fault().reason()).isEqualTo(Reason.BAD_TARGET);
      return;
    }
    String sent = target.target().toString();
    assertThat(sent).matches("(/|\\*$)[!-~]*").doesNotContain("#");
    String path = target.path().toString();
    assertThat(path).matches("(?s)(/|\\*$).*").doesNotContain("/./", "/../", "/.;", "/..;", "\\");
    assertThat(path).doesNotMatch("(?s).*/\\.{1,2}").doesNotMatch("(?s).*[\\x00-\\x1f\\x7f].*");
    if (target.authority() == null) {
      assertThat(sent).isEqualTo(new String(bytes, ISO_8859_1));
    }
    byte[] again = target.target().toByteArray();
    assertThat(RequestTarget.parse(again, 0, again.length, options).path().toString())
        .isEqualTo(path);
  }
}
