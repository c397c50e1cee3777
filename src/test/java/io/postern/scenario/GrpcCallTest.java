package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.http.Grpc;
import io.postern.http.GrpcStatus;
import io.postern.observe.ExchangeRecord;
import io.postern.testkit.Answer;
import io.postern.testkit.Behaviour.Custom;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Field;
import io.postern.testkit.H2Client;
import io.postern.testkit.H2Stream;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Request;
import io.postern.testkit.Response;
import io.postern.testkit.ScriptedServer;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A gRPC call has a deadline and a status of its own, and is told of failures in its own words. */
class GrpcCallTest {

  private static final long CANCEL = 0x8;

  private final ScriptedServer server = ScriptedServer.start();
  private final ProxyUnderTest proxy =
      ProxyUnderTest.start(
          """
          listeners:
            edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}}
          routes:
            - {name: moved, match: {path: [/moved]}, redirect: {location: /there}}
            - {name: no, match: {path: [/no]}, respond: {status: 403, body: "not for 100%% of us\\n"}}
            - {name: small, match: {path: [/small]}, pool: app, requestBody: {limit: 4B}}
            - {name: app, match: {pathPrefix: [/app]}, pool: app}
          pools:
            app: {servers: [{address: "127.0.0.1:%d"}]}
          process: {eventLoops: 1}
          """
              .formatted(server.address().getPort()));
  private final H2Client client = Version.h2(proxy);

  @AfterEach
  void close() {
    client.close();
    proxy.close();
    server.close();
  }

  private H2Stream call(String path, String... fields) {
    H2Stream call = client.open(false, H2Call.head("POST", path, grpc(fields)));
    return call.data("\0\0\0\0\0", true);
  }

  private static String[] grpc(String... fields) {
    String[] all = new String[fields.length + 4];
    System.arraycopy(fields, 0, all, 4, fields.length);
    all[0] = "content-type";
    all[1] = "application/grpc+proto";
    all[2] = "te";
    all[3] = "trailers";
    return all;
  }

  private static void requireTrailersOnly(Answer answer, GrpcStatus status, String message) {
    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.field("content-type")).isEqualTo("application/grpc");
    assertThat(answer.field("grpc-status")).isEqualTo(status.digits().toString());
    assertThat(answer.field("grpc-message")).isEqualTo(message);
    assertThat(answer.content().length()).isZero();
    assertThat(answer.content().trailers()).isEmpty();
  }

  private ExchangeRecord requireRecord(
      Reason reason, String termination, @Nullable GrpcStatus status) {
    ExchangeRecord record = proxy.record();
    assertThat(record.fault).extracting(Fault::reason).isEqualTo(reason);
    assertThat(record.terminationCode()).isEqualTo(termination);
    assertThat(record.grpcStatus).isEqualTo(status);
    return record;
  }

  // What is said to it.

  @Test
  void aFaultIsTold() {
    requireTrailersOnly(
        call("/nowhere").answer(), GrpcStatus.UNIMPLEMENTED, "no-route: no route matches");
    assertThat(requireRecord(Reason.NO_ROUTE, "PR", GrpcStatus.UNIMPLEMENTED).status)
        .isEqualTo(200);
  }

  @Test
  void aServerThatIsGoneIsUnavailable() {
    server.on("/app", new Custom((request, wire) -> wire.end(End.CLOSE)));
    requireTrailersOnly(
        call("/app").answer(),
        GrpcStatus.UNAVAILABLE,
        "server-reset: the server closed the connection");
    requireRecord(Reason.SERVER_RESET, "SH", GrpcStatus.UNAVAILABLE);
  }

  @Test
  void contentThatIsTooLargeIsToldInTheMiddleOfIt() {
    H2Stream call = client.open(false, H2Call.head("POST", "/small", grpc()));
    requireTrailersOnly(
        call.data("12345", false).answer(),
        GrpcStatus.UNKNOWN,
        "content-too-large: the content of the request is too large");
    assertThat(call.awaitReset()).as("NO_ERROR").isZero();
    requireRecord(Reason.CONTENT_TOO_LARGE, "PH", GrpcStatus.UNKNOWN);
  }

  @Test
  void whatARouteSaysItselfIsTold() {
    requireTrailersOnly(call("/no").answer(), GrpcStatus.PERMISSION_DENIED, "not for 100%25 of us");
    requireTrailersOnly(call("/moved").answer(), GrpcStatus.UNKNOWN, "");
    assertThat(proxy.record().grpcStatus).isEqualTo(GrpcStatus.PERMISSION_DENIED);
    assertThat(proxy.record().terminationCode()).isEqualTo("LR");
  }

  @Test
  void otherRequestsAreAnsweredAsEver() {
    H2Stream web =
        client.open(true, H2Call.head("POST", "/no", "content-type", "application/grpc-web"));
    assertThat(web.answer().status()).isEqualTo(403);
    assertThat(proxy.record().grpcStatus).isNull();
  }

  // What a server says.

  @Test
  void theStatusOfTrailersIsOnRecord() {
    server.on("/app", new Respond(Response.of(200, "m").chunked("grpc-status", "5")));
    Answer answer = call("/app").answer();
    assertThat(answer.content().trailers()).containsExactly(new Field("grpc-status", "5"));
    assertThat(Verdict.served(proxy, 200).grpcStatus).isEqualTo(GrpcStatus.NOT_FOUND);
  }

  @Test
  void theStatusOfAHeadAloneIsOnRecord() {
    server.on("/app", new Respond(Response.of(200, "").with("grpc-status", "12")));
    assertThat(call("/app").answer().field("grpc-status")).isEqualTo("12");
    assertThat(Verdict.served(proxy, 200).grpcStatus).isEqualTo(GrpcStatus.UNIMPLEMENTED);
  }

  @Test
  void ofOtherRequestsNoneIs() {
    server.on("/app", new Respond(Response.of(200, "").with("grpc-status", "12")));
    client.get(Version.HOST, "/app").answer();
    assertThat(Verdict.served(proxy, 200).grpcStatus).isNull();
  }

  // How long it may take.

  @Test
  void theDeadlineEndsACallThatIsNotAnswered() {
    server.on("/app", new Custom((request, wire) -> wire.end(End.STALL)));
    requireTrailersOnly(
        call("/app", "grpc-timeout", "200m").answer(),
        GrpcStatus.DEADLINE_EXCEEDED,
        "deadline-exceeded: the time that the client gave the call is over");
    requireRecord(Reason.DEADLINE_EXCEEDED, "cH", GrpcStatus.DEADLINE_EXCEEDED);
    server.awaitConnection(0).ending();
    Verdict.requireNoCharge(proxy);
  }

  @Test
  void theDeadlineEndsACallThatIsStillBeingMade() {
    H2Stream call =
        client.open(false, H2Call.head("POST", "/app", grpc("grpc-timeout", "200000u")));
    assertThat(call.data("some", false).answer().field("grpc-status")).isEqualTo("4");
    assertThat(call.awaitReset()).as("NO_ERROR").isZero();
    requireRecord(Reason.DEADLINE_EXCEEDED, "cH", GrpcStatus.DEADLINE_EXCEEDED);
  }

  @Test
  void theDeadlineEndsAStreamOfMessagesThoughItFlows() {
    server.on(
        "/app",
        new Custom(
            (request, wire) -> {
              wire.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
              String piece = "2000\r\n" + "x".repeat(0x2000) + "\r\n";
              while (true) {
                wire.send(piece);
              }
            }));
    H2Stream call = call("/app", "grpc-timeout", "1S");
    assertThat(call.awaitHead().status()).isEqualTo(200);
    assertThat(call.awaitReset()).isEqualTo(CANCEL);
    assertThat(requireRecord(Reason.DEADLINE_EXCEEDED, "cD", null).bytesSent).isPositive();
    Verdict.requireNoCharge(proxy);
  }

  @Test
  void theServerIsToldWhatIsLeft() {
    assertThat(call("/app", "grpc-timeout", "10S").answer().text()).isEqualTo("ok");
    Request request = server.awaitRequest(0);
    assertThat(request.head().values("grpc-timeout")).hasSize(1);
    assertThat(Grpc.timeoutNanos(AsciiString.of(request.head().field("grpc-timeout"))))
        .isLessThan(TimeUnit.SECONDS.toNanos(10))
        .isGreaterThan(TimeUnit.SECONDS.toNanos(1));
    assertThat(Verdict.served(proxy, 200).grpcStatus).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1X", "1", "123456789n", "-1S"})
  void whatIsNoTimeoutIsPassedOnAsItIs(String value) {
    assertThat(call("/app", "grpc-timeout", value).answer().text()).isEqualTo("ok");
    assertThat(server.awaitRequest(0).head().field("grpc-timeout")).isEqualTo(value);
  }

  /** It means something in a gRPC call only. */
  @Test
  void otherRequestsHaveNoDeadline() {
    H2Stream other = client.open(true, H2Call.head("GET", "/app", "grpc-timeout", "0n"));
    assertThat(other.answer().text()).isEqualTo("ok");
    assertThat(server.awaitRequest(0).head().field("grpc-timeout")).isEqualTo("0n");
  }

  @Test
  void aClientThatGivesUpReachesTheServer() {
    server.on("/app", new Custom((request, wire) -> wire.end(End.STALL)));
    H2Stream call = call("/app", "grpc-timeout", "1M");
    server.awaitRequest(0);
    call.reset(CANCEL);
    server.awaitConnection(0).ending();
    requireRecord(Reason.CLIENT_GONE, "CH", null);
    Verdict.requireNoCharge(proxy);
  }
}
