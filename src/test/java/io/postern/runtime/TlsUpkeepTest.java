package io.postern.runtime;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.config.Config;
import io.postern.config.ConfigLoader;
import io.postern.config.Loaded;
import io.postern.config.ProcessConfig.Transport;
import io.postern.http.WindowBudget;
import io.postern.testkit.Await;
import io.postern.testkit.LogLines;
import io.postern.tls.CertificateAuthority;
import io.postern.tls.KeyType;
import io.postern.tls.ListenerTls;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TlsUpkeepTest {

  private static final CertificateAuthority CA = CertificateAuthority.create("CA");

  @TempDir private Path dir;

  private Config config() {
    String text =
        """
        listeners:
          edge:
            bind: 127.0.0.1:0
            tls: {certificates: [{chain: a.pem, key: a.key}]}
        routes:
          - {name: all, respond: {body: ok}}
        process: {watchInterval: 100ms}
        """;
    return ((Loaded.Valid) ConfigLoader.parse("postern.yaml", text, dir, Map.of())).config();
  }

  /** Such as one of a class that cannot be loaded, or of a stack that is too deep. */
  @Test
  void anErrorEndsOneLookAndNotThoseAfterIt() throws Exception {
    CA.issue(KeyType.ECDSA, List.of("a.example.com")).writeTo(dir, "a");
    Config config = config();
    Compiled compiled = Compiled.of(config, InstantSource.system().instant());
    ListenerTls tls = requireNonNull(compiled.tls().get("edge"));
    EventLoops loops = EventLoops.start(Transport.NIO, 1, new WindowBudget(0));
    AtomicInteger looks = new AtomicInteger();
    InstantSource clock =
        () -> {
          if (looks.incrementAndGet() <= 2) {
            throw new StackOverflowError("of the test");
          }
          return InstantSource.system().instant();
        };
    try (LogLines log = LogLines.warningsOf(TlsUpkeep.class);
        Lookout lookout = new Lookout(config.process().watchInterval())) {
      TlsUpkeep.start(lookout, () -> compiled, loops.contexts(), clock, _ -> {});
      CA.issue(KeyType.ECDSA, List.of("a.example.com")).writeTo(dir, "a");
      Await.until("the new certificate", () -> tls.swaps() == 1);
      assertThat(log.about("certificates cannot be looked at")).hasSize(2);
    } finally {
      loops.group().shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
      loops.side().loop().shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
      compiled.close();
    }
  }
}
