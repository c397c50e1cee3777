package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Await;
import io.postern.testkit.Behaviour;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Behaviour.OnRequest;
import io.postern.testkit.Content;
import io.postern.testkit.Field;
import io.postern.testkit.Gate;
import io.postern.testkit.LogLines;
import io.postern.testkit.OpensslClient;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Request;
import io.postern.testkit.Response;
import io.postern.testkit.Scrape;
import io.postern.testkit.ScriptedServer;
import io.postern.testkit.StapleClient;
import io.postern.tls.CertificateAuthority.Issued;
import io.postern.tls.OcspAuthority;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import org.bouncycastle.cert.ocsp.OCSPReq;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** OCSP responses are fetched from responders, and those that misbehave hold up no handshake. */
class OcspFetchTest {

  private static final OcspAuthority AUTHORITY = new OcspAuthority();
  private static final String HOST = "a.example.test";

  @TempDir private Path directory;
  private final ScriptedServer responder = ScriptedServer.start();
  private final LogLines log = LogLines.of("io.postern.tls");
  private final StapleClient strict = new StapleClient(AUTHORITY.root());
  private final Issued issued = issue(HOST, true);
  private Path more;
  private @Nullable ProxyUnderTest proxy;

  private Issued issue(String host, boolean mustStaple) {
    URI uri = URI.create("http://127.0.0.1:" + responder.port() + "/" + host);
    return AUTHORITY.issue(host, uri, mustStaple);
  }

  @BeforeEach
  void write() throws IOException {
    issued.writeTo(directory, "a");
    more = Files.createDirectory(directory.resolve("more"));
  }

  @AfterEach
  void stop() {
    if (proxy != null) {
      proxy.close();
    }
    responder.close();
    log.close();
  }

  private void start(String response) {
    proxy =
        ProxyUnderTest.start(
            """
            listeners:
              edge:
                bind: 127.0.0.1:0
                tls:
                  certificates: [{chain: %1$s/a.pem, key: %1$s/a.key%2$s}]
                  certificateDirectory: %1$s/more
                  ocspFetch: true
            routes:
              - {name: all, respond: {body: ok}}
            admin: {bind: 127.0.0.1:0}
            process: {eventLoops: 1, watchInterval: 100ms}
            """
                .formatted(directory, response));
  }

  private void start() {
    start("");
  }

  private ProxyUnderTest proxy() {
    return Objects.requireNonNull(proxy);
  }

  private static OnRequest says(Issued certificate) {
    return says(AUTHORITY.about(certificate));
  }

  private static OnRequest says(OcspAuthority.Answer answer) {
    return says(answer.bytes());
  }

  private static OnRequest says(byte[] response) {
    return new Behaviour.Respond(
        Response.of(200, content(response)).with("Content-Type", "application/ocsp-response"));
  }

  private static Content content(byte[] bytes) {
    return Content.text(new String(bytes, StandardCharsets.ISO_8859_1));
  }

  private long fetches(String result) {
    return Scrape.of(proxy().admin())
        .value("postern_tls_ocsp_fetches_total{listener=\"edge\",result=\"" + result + "\"}");
  }

  private void awaitFetches(String result, int count) {
    Await.until(result, () -> fetches(result) >= count);
  }

  private String ask(String version) {
    return OpensslClient.ask(proxy().address(), HOST, version, "-status");
  }

  private void isServedWithout() {
    assertThat(ask("-tls1_3")).contains("OCSP response: no response sent").contains("HTTP/1.1 200");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-tls1_3", "-tls1_2"})
  void itIsAskedForAtTheStartAndStapled(String version) throws IOException {
    responder.otherwise(says(issued));
    start();
    awaitFetches("good", 1);
    assertThat(ask(version)).contains("Cert Status: good").contains("HTTP/1.1 200");
    assertThat(strict.isSatisfied(proxy().address(), HOST)).isTrue();
    Request request = responder.requests().getFirst();
    assertThat(request.method() + " " + request.target()).isEqualTo("POST /" + HOST);
    assertThat(Field.values(request.head().fields(), "content-type"))
        .containsExactly("application/ocsp-request");
    OCSPReq asked = new OCSPReq(request.content().text().getBytes(StandardCharsets.ISO_8859_1));
    assertThat(asked.getRequestList()[0].getCertID().getSerialNumber())
        .isEqualTo(issued.certificate().getSerialNumber());
    assertThat(log.await("an OCSP response of", 1)).hasSize(1);
  }

  /** What a responder does, how that is counted, and what the log says. */
  enum Bad {
    STATUS("unusable", "answers with status 500"),
    REDIRECT("unusable", "answers with status 302"),
    GARBAGE("unusable", "answers what is not an OCSP response"),
    ABOUT_ANOTHER("unusable", "answers what is about another certificate"),
    OLD("unusable", "answers what expired at"),
    HUGE("failed", "does not answer: "),
    HUGE_IN_CHUNKS("failed", "does not answer: "),
    CUT("failed", "does not answer: "),
    CLOSED("failed", "does not answer: "),
    RESET("failed", "does not answer: "),
    NOT_HTTP("failed", "does not answer: ");

    final String result;
    final String words;

    Bad(String result, String words) {
      this.result = result;
      this.words = words;
    }

    private OnRequest behaviour(Issued issued) {
      Response whole = Response.of(200, content(AUTHORITY.about(issued).bytes()));
      Instant now = InstantSource.system().instant();
      return switch (this) {
        case STATUS -> new Behaviour.Respond(Response.of(500, whole.content()));
        case REDIRECT -> new Behaviour.Respond(Response.of(302, "").with("Location", "/ocsp"));
        case GARBAGE -> new Behaviour.Respond(Response.of(200, "<html>"));
        case ABOUT_ANOTHER -> says(AUTHORITY.issue(HOST, null, true));
        case OLD -> says(AUTHORITY.about(issued).valid(now.minusSeconds(90), now.minusSeconds(30)));
        case HUGE -> new Behaviour.Respond(Response.of(200, Content.ofSize(64 * 1024 + 1)));
        case HUGE_IN_CHUNKS ->
            new Behaviour.Respond(Response.of(200, Content.ofSize(1 << 30)).chunked());
        case CUT -> new Behaviour.Truncate(whole, 100, End.CLOSE);
        case CLOSED -> new Behaviour.EndAfter(0, End.CLOSE);
        case RESET -> new Behaviour.EndAfter(0, End.RESET);
        case NOT_HTTP -> new Behaviour.Raw("SSH-2.0-OpenSSH\r\n\r\n", List.of(End.CLOSE));
      };
    }
  }

  @ParameterizedTest
  @EnumSource
  void aResponderThatMisbehavesIsAskedAgain(Bad bad) {
    Gate gate = new Gate();
    responder.otherwise(bad.behaviour(issued), new Behaviour.Hold(gate, says(issued)));
    start();
    awaitFetches(bad.result, 1);
    isServedWithout();
    gate.open();
    awaitFetches("good", 1);
    assertThat(strict.isSatisfied(proxy().address(), HOST)).isTrue();
    assertThat(log.about("the OCSP responder"))
        .singleElement()
        .asString()
        .startsWith("WARN " + directory.resolve("a.pem") + ": ")
        .contains(bad.words);
    assertThat(log.await("an OCSP response of", 1)).as("that all is well again").hasSize(1);
  }

  @Test
  void aClosedPortIsSaidOnce() {
    responder.refuse();
    start();
    awaitFetches("failed", 2);
    isServedWithout();
    assertThat(log.about("does not answer: java.net.ConnectException")).hasSize(1);
    responder.otherwise(says(issued)).listenAgain();
    awaitFetches("good", 1);
  }

  @Test
  void whileOneHangsHandshakesAndOtherCertificatesGoOn() throws IOException {
    Issued other = issue("b.example.test", false);
    Issued next = issue("b.example.test", false);
    other.writeTo(more, "b");
    Gate gate = new Gate();
    responder
        .otherwise(new Behaviour.Hold(gate, says(issued)))
        .on("/b.example.test", says(other), says(next));
    start();
    gate.awaitWaiting();
    isServedWithout();
    next.writeTo(more, "b");
    log.await("b.pem is served from now on", 1);
    awaitFetches("good", 2);
    assertThat(OpensslClient.ask(proxy().address(), "b.example.test", "-status"))
        .contains("Cert Status: good");
    assertThat(fetches("failed")).as("ten seconds are not over").isZero();
    gate.open();
    awaitFetches("good", 3);
    assertThat(strict.isSatisfied(proxy().address(), HOST)).isTrue();
  }

  /** The head came, and so the timeout of the JDK's client is over. */
  @Test
  void oneThatStopsInTheMiddleIsGivenUp() {
    Response whole = Response.of(200, content(AUTHORITY.about(issued).bytes()));
    responder.otherwise(new Behaviour.Truncate(whole, 100, End.STALL), says(issued));
    start();
    awaitFetches("failed", 1);
    assertThat(log.await("not within 10 s", 1)).hasSize(1);
    responder.awaitConnection(0).ending();
    awaitFetches("good", 1);
  }

  @Test
  void aNewCertificateThatDemandsOneIsServedWhenItIsThere() throws Exception {
    Issued next = issue(HOST, true);
    Gate gate = new Gate();
    byte[] first = AUTHORITY.about(issued).bytes();
    responder.otherwise(says(first), new Behaviour.Hold(gate, says(next)));
    start();
    awaitFetches("good", 1);
    next.writeTo(directory, "a");
    gate.awaitWaiting();
    log.await("demands an OCSP response, and there is none yet", 1);
    assertThat(strict.responses(proxy().address(), HOST, "TLSv1.3"))
        .as("the one before, with its own")
        .containsExactly(first);
    gate.open();
    log.await("a.pem is served from now on", 1);
    assertThat(strict.isSatisfied(proxy().address(), HOST)).isTrue();
    assertThat(log.about("there is none yet")).singleElement().asString().startsWith("WARN");
    assertThat(
            Scrape.of(proxy().admin())
                .value("postern_tls_certificate_refusals_total{listener=\"edge\"}"))
        .isZero();
  }

  @Test
  void whatIsFetchedOutlivesTheChangeOfAnotherCertificate() throws Exception {
    responder.otherwise(says(issued));
    start();
    awaitFetches("good", 1);
    AUTHORITY.issue("b.example.test", null, false).writeTo(more, "b");
    log.await("b.pem is served from now on", 1);
    assertThat(strict.isSatisfied(proxy().address(), HOST)).isTrue();
    assertThat(responder.requests()).hasSize(1);
  }

  /** The file comes first; and then the responder, when the file is out of date. */
  @Test
  void oneThatSaysRevokedIsToldAndNotStapled() throws Exception {
    Instant now = InstantSource.system().instant();
    AUTHORITY
        .about(issued)
        .valid(now.minusSeconds(60), now.plus(Duration.ofSeconds(4)))
        .writeTo(directory.resolve("a.first"));
    responder.otherwise(says(AUTHORITY.about(issued).revoked()));
    start(", ocspResponse: " + directory.resolve("a.first"));
    assertThat(strict.isSatisfied(proxy().address(), HOST)).isTrue();
    awaitFetches("revoked", 1);
    isServedWithout();
    assertThat(log.await("was revoked at", 1)).singleElement().asString().startsWith("ERROR");
  }
}
