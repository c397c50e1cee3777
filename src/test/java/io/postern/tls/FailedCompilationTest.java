package io.postern.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.util.ReferenceCountUtil;
import io.postern.config.Problem;
import io.postern.config.TlsConfig;
import io.postern.config.TlsConfig.Version;
import io.postern.tls.CertificateFiles.Loaded;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A compilation that the TLS library ends by what is no problem of a file, as for want of memory.
 */
class FailedCompilationTest {

  private static final CertificateAuthority CA = CertificateAuthority.create("CA");

  @TempDir private Path dir;

  /** A context that is left behind is found by the check for leaks. */
  @Test
  void keepsNothingOfTheOtherCertificates() throws Exception {
    CA.issue(KeyType.ECDSA, List.of("a.example.com")).writeTo(dir, "served");
    CA.issue(KeyType.RSA, List.of("a.example.com")).writeTo(dir, "new");
    TlsConfig config =
        Stores.config(
            Version.TLSV1_2, Stores.certificate(dir, "served"), Stores.certificate(dir, "new"));
    List<Problem> problems = new ArrayList<>();
    List<Loaded> loaded =
        config.certificates().stream()
            .map(each -> CertificateFiles.load(each, Stores.now(), problems, problems))
            .map(Objects::requireNonNull)
            .toList();
    StoreCompiler compiler =
        new StoreCompiler(
            config,
            HostPolicies.of(config, Stores.now(), problems, problems),
            TlsLibrary.preferred(null),
            TicketKeys.of(config.sessionTickets()).at(Stores.now()),
            problems);
    try (CertificateStore before =
        Objects.requireNonNull(compiler.compile(loaded.subList(0, 1), null))) {
      List<Loaded> all = List.of(loaded.get(0), loaded.get(1), withoutAChain(loaded.get(1)));
      assertThatThrownBy(() -> compiler.compile(all, before))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(before.certificates().getFirst().contexts())
          .isNotEmpty()
          .allSatisfy(context -> assertThat(ReferenceCountUtil.refCnt(context)).isEqualTo(1));
    }
    assertThat(problems).isEmpty();
  }

  /** Which Netty does not take, and says so by no SSLException. */
  private static Loaded withoutAChain(Loaded loaded) {
    return new Loaded(
        loaded.config(),
        List.of(),
        loaded.key(),
        loaded.profile(),
        CertificateNames.NONE,
        loaded.staple());
  }
}
