package io.postern.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import io.postern.config.HostPattern;
import io.postern.config.TlsConfig;
import io.postern.config.TlsConfig.Version;
import io.postern.testkit.LogLines;
import io.postern.tls.CertificateAuthority.Issued;
import io.postern.tls.CertificateAuthority.Validity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates that change while they are served; each look at the files is the test's own. */
class ListenerTlsTest {

  private static final CertificateAuthority CA = CertificateAuthority.create("CA");
  private static final Instant NOW = Stores.now();
  private static final List<HostPattern> NEEDED = List.of(HostPattern.parse("a.example.com"));

  @TempDir private Path dir;
  private Path more;
  private LogLines log;
  private ListenerTls tls;

  @BeforeEach
  void start() throws IOException {
    more = Files.createDirectory(dir.resolve("more"));
    CA.issue(KeyType.ECDSA, List.of("a.example.com")).writeTo(dir, "a");
    CA.issue(KeyType.ECDSA, List.of("b.example.com")).writeTo(dir, "b");
    log = LogLines.of("io.postern.tls");
    tls =
        Stores.ready(
            Stores.config(
                Version.TLSV1_2, more, Stores.certificate(dir, "a"), Stores.certificate(dir, "b")));
  }

  @AfterEach
  void stop() {
    tls.close();
    log.close();
  }

  private static Issued issue(String... names) {
    return CA.issue(KeyType.ECDSA, List.of(names));
  }

  private static Issued issue(int fromDays, int untilDays) {
    return CA.issue(
        KeyType.ECDSA,
        List.of("a.example.com"),
        new Validity(NOW.plus(Duration.ofDays(fromDays)), NOW.plus(Duration.ofDays(untilDays))));
  }

  /** One look. */
  private boolean look() {
    CertificateStore replaced = tls.refresh(NOW, NEEDED);
    if (replaced != null) {
      replaced.close();
    }
    return replaced != null;
  }

  /** As many as a change takes that stands. */
  private boolean settle() {
    assertThat(look()).as("a change that has just come").isFalse();
    return look();
  }

  private ServerCertificate served(String host) throws ClientHello.Malformed {
    return Objects.requireNonNull(tls.store().select(new HelloBytes().host(host).hello()))
        .certificate();
  }

  private void serves(String host, Issued issued) throws ClientHello.Malformed {
    assertThat(served(host).loaded().chain()).isEqualTo(issued.chain());
  }

  @Test
  void whatDoesNotChangeIsNotReplaced() {
    assertThat(look()).isFalse();
    assertThat(look()).isFalse();
    assertThat(log.all()).isEmpty();
  }

  @Test
  void aNewPairIsServedAndTheOtherIsTheSame() throws Exception {
    ServerCertificate other = served("b.example.com");
    Object context = other.contexts().getFirst();
    Issued next = issue("a.example.com");
    next.writeTo(dir, "a");

    assertThat(settle()).isTrue();
    serves("a.example.com", next);
    assertThat(served("b.example.com").contexts()).containsExactly(other.contexts().getFirst());
    assertThat(ReferenceCountUtil.refCnt(context)).isEqualTo(1);
    assertThat(tls.swaps()).isEqualTo(1);
    assertThat(
            log.about(
                "is served from now on: serial "
                    + next.certificate().getSerialNumber().toString(16)))
        .hasSize(1);
  }

  @Test
  void theContextThatIsReplacedIsFreed() throws Exception {
    Object context = served("a.example.com").contexts().getFirst();
    issue("a.example.com").writeTo(dir, "a");
    assertThat(settle()).isTrue();
    assertThat(ReferenceCountUtil.refCnt(context)).isZero();
  }

  /** Whoever replaces the chain first and then the key is not told off between them. */
  @Test
  void halfOfAPairIsWaitedFor() throws Exception {
    Issued next = issue("a.example.com");
    next.writeTo(more, "next");
    Path chain = more.resolve("next.pem");
    Path key = more.resolve("next.key");
    Files.move(chain, dir.resolve("a.pem"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThat(look()).isFalse();
    Files.move(key, dir.resolve("a.key"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThat(look()).isFalse();
    assertThat(look()).isTrue();
    serves("a.example.com", next);
    assertThat(tls.refusals()).isZero();
  }

  private void isRefused(String words) throws Exception {
    ServerCertificate before = served("a.example.com");
    assertThat(settle()).isFalse();
    assertThat(served("a.example.com")).isSameAs(before);
    assertThat(tls.refusals()).isEqualTo(1);
    assertThat(look()).isFalse();
    assertThat(look()).isFalse();
    assertThat(log.about("ERROR")).isEmpty();
    assertThat(log.about("what was served before is served on"))
        .singleElement()
        .asString()
        .startsWith("ERROR")
        .contains(words);
    Issued good = issue("a.example.com");
    good.writeTo(dir, "a");
    assertThat(settle()).as("a good one after it").isTrue();
    serves("a.example.com", good);
  }

  @Test
  void theKeyOfAnother() throws Exception {
    issue("a.example.com").writeTo(more, "x");
    Files.copy(
        more.resolve("x.key"),
        dir.resolve("a.key"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    Files.delete(more.resolve("x.key"));
    isRefused("the key is not that of the certificate");
  }

  @Test
  void onePastItsDate() throws Exception {
    issue(-2, -1).writeTo(dir, "a");
    isRefused("expired at");
  }

  @Test
  void oneBeforeItsDate() throws Exception {
    issue(1, 2).writeTo(dir, "a");
    isRefused("is valid from");
  }

  @Test
  void aChainInTheWrongOrder() throws Exception {
    Issued below = CA.subordinate("Issuing").issue(KeyType.ECDSA, List.of("a.example.com"));
    new Issued(List.of(below.certificate(), CA.caCertificate()), below.key()).writeTo(dir, "a");
    isRefused("did not issue certificate 1");
  }

  @Test
  void oneThatIsCutShort() throws Exception {
    String whole = Files.readString(dir.resolve("a.pem"));
    Files.writeString(dir.resolve("a.pem"), whole.substring(0, whole.length() / 2));
    isRefused("tls.certificates[0].chain: ");
  }

  @Test
  void oneThatIsGone() throws Exception {
    Files.delete(dir.resolve("a.pem"));
    isRefused("does not exist");
  }

  @Test
  void oneThatLosesAHostThatIsNeeded() throws Exception {
    issue("c.example.com").writeTo(dir, "a");
    isRefused("none covers a.example.com any more");
  }

  @Test
  void aSecondOneForTheSameHost() throws Exception {
    issue("b.example.com", "a.example.com").writeTo(dir, "a");
    isRefused("a second ECDSA certificate for b.example.com");
  }

  @Test
  void oneThatExpiresSoonIsServedAndWarnedOf() throws Exception {
    issue(-1, 29).writeTo(dir, "a");
    assertThat(settle()).isTrue();
    assertThat(log.about("expires at")).singleElement().asString().startsWith("WARN");
  }

  @Test
  void whatComesIntoTheDirectoryIsServedUntilItGoes() throws Exception {
    Issued one = issue("c.example.com");
    one.writeTo(more, "c");
    assertThat(settle()).isTrue();
    serves("c.example.com", one);
    Issued other = issue("c.example.com");
    other.writeTo(more, "c");
    assertThat(settle()).isTrue();
    serves("c.example.com", other);
    Files.delete(more.resolve("c.pem"));
    assertThat(settle()).isTrue();
    assertThat(served("c.example.com")).isSameAs(served("unknown.example.com"));
    assertThat(log.about("c.pem is served no more")).hasSize(1);
  }

  /** As Kubernetes mounts a secret: links through one link, which is swapped. */
  @Test
  void aDirectoryThatIsSwappedByALink() throws Exception {
    Path secret = Files.createDirectory(dir.resolve("..1"));
    Path next = Files.createDirectory(dir.resolve("..2"));
    Issued one = issue("c.example.com");
    one.writeTo(secret, "tls");
    Issued other = issue("c.example.com");
    other.writeTo(next, "tls");
    Path data = Files.createSymbolicLink(dir.resolve("..data"), secret);
    for (String name : List.of("tls.pem", "tls.key")) {
      Files.createSymbolicLink(more.resolve(name), Path.of("../..data").resolve(name));
    }
    assertThat(settle()).isTrue();
    serves("c.example.com", one);
    Path swapped = Files.createSymbolicLink(dir.resolve("..data_tmp"), next);
    Files.move(swapped, data, java.nio.file.StandardCopyOption.ATOMIC_MOVE);
    assertThat(settle()).isTrue();
    serves("c.example.com", other);
  }

  /** The one that is at fault is another, and good ones are served as soon as it is mended. */
  @Test
  void aGoodOneIsNotRefusedForEverWithABadOne() throws Exception {
    issue("c.example.com").writeTo(dir, "a");
    Issued good = issue("b.example.com");
    good.writeTo(dir, "b");
    assertThat(settle()).isFalse();
    Issued mended = issue("a.example.com");
    mended.writeTo(dir, "a");
    assertThat(look()).as("the one that was good all the time").isTrue();
    serves("b.example.com", good);
    assertThat(look()).as("the one that has been mended").isTrue();
    serves("a.example.com", mended);
  }

  @Test
  void anotherFileForTheSameHostIsServedWhenTheFirstHasGone() throws Exception {
    issue("c.example.com").writeTo(more, "old");
    assertThat(settle()).isTrue();
    Issued next = issue("c.example.com");
    next.writeTo(more, "next");
    assertThat(settle()).as("two for one host").isFalse();
    Files.delete(more.resolve("old.pem"));
    assertThat(settle()).isTrue();
    serves("c.example.com", next);
  }

  /** It had contexts for its own hosts only, and is asked for any from then on. */
  @Test
  void theOneThatIsTheDefaultFromNowOnServesOtherHostsToo() throws Exception {
    issue("c.example.com").writeTo(more, "c");
    issue("d.example.com").writeTo(more, "d");
    TlsConfig.Host stricter =
        new TlsConfig.Host(
            Stores.place("tls.hosts[0]"),
            List.of(HostPattern.parse("other.example.net")),
            Version.TLSV1_3,
            List.of(),
            List.of(),
            null,
            null,
            null);
    tls.close();
    tls = Stores.ready(Stores.withHosts(Stores.config(Version.TLSV1_2, more), stricter));
    Files.delete(more.resolve("c.pem"));
    assertThat(settle()).isTrue();
    Presented shown =
        Objects.requireNonNull(
            tls.store().select(new HelloBytes().host("other.example.net").hello()));
    assertThat(shown.certificate().names()).containsExactly("d.example.com");
    ReferenceCountUtil.release(shown.newHandler(UnpooledByteBufAllocator.DEFAULT).engine());
  }

  /** So many looks that what was refused is read once more, and again. */
  private void lookOften() {
    for (int i = 0; i < 30; i++) {
      look();
    }
  }

  @Test
  void whatIsRefusedForLongIsWarnedOfOnce() throws Exception {
    issue(-1, 29).writeTo(dir, "a");
    issue("a.example.com").writeTo(more, "x");
    Files.move(
        more.resolve("x.key"),
        dir.resolve("a.key"),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    lookOften();
    assertThat(log.about("expires at")).hasSize(1);
    assertThat(log.about("the key is not that of the certificate")).hasSize(1);
    assertThat(tls.refusals()).isEqualTo(1);
    CA.issue(KeyType.ECDSA, List.of("b.example.com")).writeTo(dir, "b");
    assertThat(settle()).as("another pair").isTrue();
    lookOften();
    assertThat(tls.refusals()).isEqualTo(1);
    assertThat(log.about("expires at")).hasSize(1);
    issue("a.example.com").writeTo(dir, "a");
    assertThat(settle()).isTrue();
    issue(-1, 29).writeTo(dir, "a");
    assertThat(settle()).isTrue();
    assertThat(log.about("expires at")).as("another one").hasSize(2);
  }

  @Test
  void aDirectoryThatIsGoneIsRefusedOnceAndServedOn() throws Exception {
    Issued one = issue("c.example.com");
    one.writeTo(more, "c");
    assertThat(settle()).isTrue();
    Path away = dir.resolve("away");
    Files.move(more, away);
    lookOften();
    serves("c.example.com", one);
    assertThat(tls.refusals()).isEqualTo(1);
    Files.move(away, more);
    lookOften();
    serves("c.example.com", one);
    assertThat(tls.refusals()).isEqualTo(1);
    Files.move(more, away);
    lookOften();
    assertThat(tls.refusals()).as("once more").isEqualTo(2);
    assertThat(log.about("cannot be read")).hasSize(2);
  }

  /** Clients are told of authorities by each context, so each has to be made anew. */
  @Test
  void otherAuthoritiesAreNotForgottenWhereTheSameLookIsRefused() throws Exception {
    Path trust = dir.resolve("trust.pem");
    CA.writeCa(trust);
    tls.close();
    tls =
        Stores.ready(
            Stores.withTrust(
                Stores.config(Version.TLSV1_2, more, Stores.certificate(dir, "a")), trust));
    Object context = served("a.example.com").contexts().getFirst();
    CertificateAuthority.create("Another").writeCa(trust);
    issue("a.example.com").writeTo(more, "second");
    assertThat(settle()).as("two for one host").isFalse();
    Files.delete(more.resolve("second.pem"));
    assertThat(look()).as("without the second").isTrue();
    assertThat(served("a.example.com").contexts()).doesNotContain((SslContext) context);
    assertThat(ReferenceCountUtil.refCnt(context)).isZero();
  }
}
