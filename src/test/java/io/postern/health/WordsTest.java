package io.postern.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Fault;
import io.postern.fault.Reason;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "SERVER_REFUSED | AnnotatedConnectException: finishConnect(..) failed with error(-111):"
            + " Connection refused: /127.0.0.1:80 | connection refused",
        "SERVER_REFUSED | AnnotatedConnectException: Connection refused: app.internal/10.0.0.1:80"
            + " | connection refused",
        "SERVER_REFUSED | UnknownHostException: app.internal: Name or service not known"
            + " | app.internal: Name or service not known",
        "SERVER_RESET | NativeIoException: recvAddress(..) failed with error(-104): Connection reset"
            + " by peer | server-reset: Connection reset by peer",
        "BAD_RESPONSE | not a status line: 'SSH-2.0' | bad-response: not a status line: 'SSH-2.0'",
        "SERVER_REFUSED | '' | server-refused",
      })
  void sayWhatAnOperatorUnderstands(Reason reason, String detail, String words) {
    assertThat(Words.of(new Fault(reason, detail))).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource({"-5, 0 ms", "250, 250 ms", "9999, 9999 ms", "10000, 10 s", "14999, 14 s"})
  void durationsAreShort(long millis, String words) {
    assertThat(Words.of(Duration.ofMillis(millis))).isEqualTo(words);
  }

  @ParameterizedTest
  @CsvSource({"1, 1 failed check", "3, 3 failed checks"})
  void oneIsNoPlural(int count, String words) {
    assertThat(Words.count(count, "failed check")).isEqualTo(words);
  }
}
