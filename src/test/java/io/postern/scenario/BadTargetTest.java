package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.testkit.H2Client;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A target that servers are known to read in more than one way is refused. */
class BadTargetTest {

  private final Refusals refusals = new Refusals();

  @AfterEach
  void close() {
    refusals.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/a%2Fb", "/../a", "/a/%2e%2e/../b", "/a%00b", "/a%5Cb", "/%zz", "/a#b"})
  void overBoth(String target) {
    refusals.overH1("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n", Reason.BAD_TARGET);
    try (H2Client client = Version.h2(refusals.proxy)) {
      Refusals.check(client.get(Version.HOST, target).answer(), Reason.BAD_TARGET);
      refusals.requireRecord(Reason.BAD_TARGET, "PR");
      assertThat(client.get(Version.HOST, "/next").answer().status()).isEqualTo(200);
    }
    assertThat(refusals.server.requests()).hasSize(1);
  }

  @Test
  void aWholeUriOverH2() {
    refusals.overH2(Refusals.h2(":path", "https://localhost/"), Reason.BAD_TARGET);
  }
}
