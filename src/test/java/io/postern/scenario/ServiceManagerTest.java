package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.NotifySocket;
import io.postern.testkit.PosternProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a service manager is told by the program, from its start to its end. */
class ServiceManagerTest {

  @TempDir private Path directory;

  @Test
  void isToldWhenItServesAndHowLongItsEndMayTake() throws IOException {
    Path file = directory.resolve("postern.yaml");
    Files.writeString(
        file,
        """
        listeners:
          plain: {bind: 127.0.0.1:0}
        routes:
          - {name: all, respond: {status: 204}}
        shutdown: {announce: 10ms, spread: 20ms, drain: 59970ms}
        process: {eventLoops: 1}
        """);
    String name = "@postern/service-manager-test/" + UUID.randomUUID();
    try (NotifySocket manager = NotifySocket.open(name);
        PosternProcess postern =
            PosternProcess.start(Map.of("NOTIFY_SOCKET", name), "run", "-c", file.toString())) {
      postern.awaitError("postern ready");
      assertThat(manager.await())
          .matches("READY=1\nSTATUS=serving plain 127\\.0\\.0\\.1:\\d+ \\(1 event loops, \\w+\\)");
      postern.signal("HUP");
      assertThat(manager.await()).matches("RELOADING=1\nMONOTONIC_USEC=\\d+\nSTATUS=reloading");
      assertThat(manager.await())
          .startsWith("READY=1\nSTATUS=serving plain ")
          .endsWith(", version 1 of the config");
      postern.signal("TERM");
      assertThat(manager.await())
          .isEqualTo("STOPPING=1\nSTATUS=draining, for 60 s at most\nEXTEND_TIMEOUT_USEC=90000000");
      assertThat(postern.awaitExit()).isZero();
      assertThat(manager.poll()).isNull();
    }
  }
}
