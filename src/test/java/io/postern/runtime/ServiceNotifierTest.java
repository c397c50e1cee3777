package io.postern.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.postern.testkit.NotifySocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the service manager is told, over both kinds of sockets that it uses. */
final class ServiceNotifierTest {

  @TempDir private Path directory;

  private static void tellsBoth(NotifySocket manager) {
    ServiceNotifier notifier = ServiceNotifier.of(Map.of("NOTIFY_SOCKET", manager.name()));
    notifier.ready("serving edge 127.0.0.1:443");
    notifier.stopping(Duration.ofSeconds(375));
    assertThat(manager.await()).isEqualTo("READY=1\nSTATUS=serving edge 127.0.0.1:443");
    assertThat(manager.await())
        .isEqualTo("STOPPING=1\nSTATUS=draining, for 375 s at most\nEXTEND_TIMEOUT_USEC=405000000");
    assertThat(manager.poll()).isNull();
  }

  @Test
  void tellsASocketWithAPath() {
    try (NotifySocket manager = NotifySocket.open(directory.resolve("notify").toString())) {
      tellsBoth(manager);
    }
  }

  @Test
  void tellsAnAbstractSocket() {
    try (NotifySocket manager = NotifySocket.open("@postern/test/" + UUID.randomUUID())) {
      tellsBoth(manager);
    }
  }

  @Test
  void tellsNobodyWhereThereIsNobody() {
    String gone = directory.resolve("gone").toString();
    for (Map<String, String> environment :
        List.<Map<String, String>>of(
            Map.of(), Map.of("NOTIFY_SOCKET", ""), Map.of("NOTIFY_SOCKET", gone))) {
      assertThatCode(() -> ServiceNotifier.of(environment).ready("serving"))
          .doesNotThrowAnyException();
    }
  }
}
