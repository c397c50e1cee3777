package io.postern.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GrpcTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "application/grpc",
        "application/grpc+proto",
        "Application/GRPC+json",
        "application/grpc; charset=x"
      })
  void calls(String contentType) {
    assertThat(Grpc.isCall(contentType(contentType))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"application/grpc-web", "application/grpc-web+proto", "application/grp", "x", ""})
  void otherRequests(String contentType) {
    assertThat(Grpc.isCall(contentType(contentType))).isFalse();
    assertThat(Grpc.isCall(new Fields())).isFalse();
  }

  private static Fields contentType(String value) {
    return new Fields().add(FieldNames.CONTENT_TYPE, AsciiString.of(value));
  }

  @ParameterizedTest
  @CsvSource({
    "1n,1",
    "25u,25000",
    "0m,0",
    "007m,7000000",
    "3S,3000000000",
    "2M,120000000000",
    "1H,3600000000000",
    "99999999n,99999999",
    "99999999H,9223372036854775807"
  })
  void timeouts(String text, long nanos) {
    assertThat(Grpc.timeoutNanos(AsciiString.of(text))).isEqualTo(nanos);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "S", "1", "1s", "1h", "-1S", "+1S", "1.5S", "1 S", "100000000n", "1SS"})
  void noTimeouts(String text) {
    assertThat(Grpc.timeoutNanos(AsciiString.of(text))).isEqualTo(Grpc.NO_TIMEOUT);
  }

  @ParameterizedTest
  @CsvSource({
    "0,0n",
    "99999999,99999999n",
    "100000000,100000u",
    "99999999999,99999999u",
    "100000000999,100000m",
    "9223372036854775807,2562047H"
  })
  void timeoutsAreWrittenInEightDigits(long nanos, String text) {
    assertThat(Grpc.timeout(nanos).toString()).isEqualTo(text);
  }

  @Test
  void aTimeoutIsNeverWrittenLongerThanItIs() {
    for (long nanos = 1;
        nanos > 0 && nanos < TimeUnit.DAYS.toNanos(10_000);
        nanos = nanos * 3 + 1) {
      long written = Grpc.timeoutNanos(Grpc.timeout(nanos));
      assertThat(written).isLessThanOrEqualTo(nanos).isGreaterThan(nanos - nanos / 1000 - 1);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "no route: %,no route: %25",
    "caf\u00e9,caf%C3%A9",
    "'a\r\nb','a%0D%0Ab'",
    "\ud83d\ude00,%F0%9F%98%80",
    "~ ,~"
  })
  void messages(String text, String encoded) {
    assertThat(Grpc.message(text).toString()).isEqualTo(encoded);
  }

  @ParameterizedTest
  @CsvSource({
    "400,INTERNAL",
    "401,UNAUTHENTICATED",
    "403,PERMISSION_DENIED",
    "404,UNIMPLEMENTED",
    "429,UNAVAILABLE",
    "502,UNAVAILABLE",
    "503,UNAVAILABLE",
    "504,UNAVAILABLE",
    "413,UNKNOWN",
    "200,UNKNOWN"
  })
  void statuses(int http, GrpcStatus status) {
    assertThat(GrpcStatus.ofHttp(http)).isEqualTo(status);
  }

  @Test
  void codesAreReadFromFields() {
    assertThat(GrpcStatus.of(new Fields())).isNull();
    assertThat(code("0")).isEqualTo(GrpcStatus.OK);
    assertThat(code("16")).isEqualTo(GrpcStatus.UNAUTHENTICATED);
    assertThat(code("17")).isEqualTo(GrpcStatus.UNKNOWN);
    assertThat(code("01")).isEqualTo(GrpcStatus.UNKNOWN);
  }

  private static @Nullable GrpcStatus code(String value) {
    return GrpcStatus.of(new Fields().add(FieldNames.GRPC_STATUS, AsciiString.of(value)));
  }
}
