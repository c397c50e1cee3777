package io.postern.scenario;

import static io.postern.scenario.H2cPool.FIRST;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import io.postern.fault.Reason;
import io.postern.http.Grpc;
import io.postern.http.GrpcStatus;
import io.postern.testkit.Answer;
import io.postern.testkit.H2Client;
import io.postern.testkit.H2Stream;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.RawH2Connection;
import io.postern.testkit.RawH2Server;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Of a gRPC call from client to server, both with HTTP/2: what either side gives up, ends at both.
 */
class GrpcServerTest {

  private static final long CANCEL = 8;

  private final RawH2Server server = RawH2Server.start();
  private final ProxyUnderTest proxy = H2cPool.proxy(server);
  private final H2Client client = Version.h2(proxy);

  @AfterEach
  void close() {
    client.close();
    proxy.close();
    server.close();
  }

  /** A call whose messages are not over. */
  private H2Stream call(String timeout) {
    return client.open(
        false,
        H2Call.head(
            "POST",
            "/service/method",
            "content-type",
            "application/grpc",
            "te",
            "trailers",
            "grpc-timeout",
            timeout));
  }

  private RawH2Connection taken() {
    RawH2Connection connection = server.awaitConnection(0);
    connection.awaitRequest(0);
    return connection;
  }

  private void requireRecord(Reason reason, String termination, @Nullable GrpcStatus status) {
    assertThat(H2cPool.failed(proxy, reason, termination).grpcStatus).isEqualTo(status);
  }

  @Test
  void theHeadSaysWhatGrpcWantsAndAnAnswerOfAHeadAloneIsPassedOn() {
    H2Stream call = call("10S");
    RawH2Connection.Request request = server.awaitConnection(0).awaitRequest(0);
    assertThat(request.values("te")).containsExactly("trailers");
    assertThat(Grpc.timeoutNanos(AsciiString.of(request.values("grpc-timeout").getFirst())))
        .isLessThan(TimeUnit.SECONDS.toNanos(10));
    taken().headers(FIRST, true, ":status", "200", "grpc-status", "7", "grpc-message", "no%20way");
    Answer answer = call.answer();
    assertThat(answer.field("grpc-status")).isEqualTo("7");
    assertThat(answer.field("grpc-message")).isEqualTo("no%20way");
    assertThat(Verdict.served(proxy, 200).grpcStatus).isEqualTo(GrpcStatus.PERMISSION_DENIED);
  }

  @Test
  void theClientCancels() {
    H2Stream call = call("1M");
    RawH2Connection connection = taken();
    call.reset(CANCEL);
    assertThat(connection.awaitReset(FIRST)).isEqualTo(CANCEL);
    requireRecord(Reason.CLIENT_GONE, "CH", null);
    Verdict.requireNoCharge(proxy);
  }

  @Test
  void theDeadlineCancels() {
    H2Stream call = call("1S");
    assertThat(taken().awaitReset(FIRST)).isEqualTo(CANCEL);
    assertThat(call.answer().field("grpc-status")).isEqualTo("4");
    requireRecord(Reason.DEADLINE_EXCEEDED, "cH", GrpcStatus.DEADLINE_EXCEEDED);
    Verdict.requireNoCharge(proxy);
  }

  @Test
  void theServerCancelsBeforeItAnswers() {
    H2Stream call = call("1M");
    taken().reset(FIRST, CANCEL);
    Answer answer = call.answer();
    assertThat(answer.field("grpc-status")).isEqualTo("1");
    assertThat(answer.field("grpc-message"))
        .isEqualTo("stream-cancelled: the server cancelled the request");
    requireRecord(Reason.STREAM_CANCELLED, "SH", GrpcStatus.CANCELLED);
    Verdict.requireNoCharge(proxy);
  }

  @Test
  void theServerCancelsInItsAnswer() {
    H2Stream call = call("1M");
    taken().headers(FIRST, false, ":status", "200", "content-type", "application/grpc");
    assertThat(call.awaitHead().status()).isEqualTo(200);
    taken().reset(FIRST, CANCEL);
    assertThat(call.awaitReset()).isEqualTo(CANCEL);
    requireRecord(Reason.STREAM_CANCELLED, "SD", null);
    Verdict.requireNoCharge(proxy);
  }

  /** What a client without a proxy makes of the code, it is told ({@code PROTOCOL-HTTP2.md}). */
  @ParameterizedTest
  @CsvSource({
    "0,INTERNAL",
    "1,INTERNAL",
    "2,INTERNAL",
    "3,INTERNAL",
    "11,RESOURCE_EXHAUSTED",
    "12,PERMISSION_DENIED",
    "13,UNKNOWN",
    "99,UNKNOWN"
  })
  void theServerBreaksOff(long code, GrpcStatus status) {
    H2Stream call = call("1M");
    taken().reset(FIRST, code);
    assertThat(call.answer().field("grpc-status")).isEqualTo("" + status.code());
    requireRecord(Reason.SERVER_RESET, "SH", status);
    assertThat(proxy.server("app", 0).faults()).isOne();
  }

  /**
   * NO_ERROR would be an end in good order, and others speak of a connection that is not theirs.
   */
  @ParameterizedTest
  @CsvSource({"0,2", "1,2", "2,2", "11,11", "12,12", "13,2", "99,2"})
  void theServerBreaksOffInItsAnswer(long code, long told) {
    H2Stream call = call("1M");
    taken().headers(FIRST, false, ":status", "200", "content-type", "application/grpc");
    assertThat(call.awaitHead().status()).isEqualTo(200);
    taken().reset(FIRST, code);
    assertThat(call.awaitReset()).isEqualTo(told);
    requireRecord(Reason.SERVER_RESET, "SD", null);
  }

  /**
   * The server has said all, and wants no more messages: the client is not to take it for a
   * failure.
   */
  @Test
  void theServerAnswersBeforeTheMessagesAreOver() {
    H2Stream call = call("1M").data("some", false);
    taken().headers(FIRST, false, ":status", "200", "content-type", "application/grpc");
    taken().headers(FIRST, true, "grpc-status", "0");
    assertThat(call.answer().content().trailers()).hasSize(1);
    assertThat(call.awaitReset()).as("NO_ERROR").isZero();
    assertThat(Verdict.served(proxy, 200).grpcStatus).isEqualTo(GrpcStatus.OK);
  }
}
