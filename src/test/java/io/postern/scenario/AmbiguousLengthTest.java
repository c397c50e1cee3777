package io.postern.scenario;

import io.postern.fault.Reason;
import io.postern.testkit.Field;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Content whose end two readers could see in two places is refused. */
class AmbiguousLengthTest {

  private final Refusals refusals = new Refusals();

  @AfterEach
  void close() {
    refusals.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 3\r\nTransfer-Encoding: chunked",
        "Content-Length: 3\r\nContent-Length: 4",
        "Content-Length: 3, 4",
        "Content-Length: +3",
        "Content-Length: 0x3",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: gzip",
        "Transfer-Encoding: identity"
      })
  void overH1(String fields) {
    refusals.overH1(
        "POST / HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n\r\n", Reason.AMBIGUOUS_LENGTH);
  }

  @ParameterizedTest
  @ValueSource(strings = {"3, 4", "+3", "x"})
  void overH2(String length) {
    refusals.malformedOverH2(Refusals.h2("content-length", length), Reason.AMBIGUOUS_LENGTH);
  }

  @Test
  void twoLengthsOverH2() {
    List<Field> request = Refusals.h2("content-length", "3");
    request.add(new Field("content-length", "4"));
    refusals.malformedOverH2(request, Reason.AMBIGUOUS_LENGTH);
  }
}
