package io.postern.runtime;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.postern.testkit.NotifySocket;
import io.postern.testkit.ServerProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the service manager is told, over both kinds of sockets that it uses. */
final class ServiceNotifierTest {

  private static final String PYTHON = "/usr/bin/python3";

  @TempDir private Path directory;

  private static void tellsBoth(NotifySocket manager) {
    ServiceNotifier notifier =
        ServiceNotifier.of(Map.of("NOTIFY_SOCKET", manager.name()), 1, System::nanoTime);
    notifier.ready("serving edge 127.0.0.1:443");
    notifier.reloading();
    notifier.status("one server of two is down");
    notifier.stopping(Duration.ofSeconds(375));
    assertThat(manager.await()).isEqualTo("READY=1\nSTATUS=serving edge 127.0.0.1:443");
    assertThat(manager.await()).matches("RELOADING=1\nMONOTONIC_USEC=\\d+\nSTATUS=reloading");
    assertThat(manager.await()).isEqualTo("STATUS=one server of two is down");
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
  void tellsTheTimeOfAReloadByTheClockOfTheManager() throws IOException, InterruptedException {
    ServerProcess.assumeInstalled(PYTHON, "python3");
    try (NotifySocket manager = NotifySocket.open(directory.resolve("notify").toString())) {
      long before = monotonicMicros();
      ServiceNotifier.of(Map.of("NOTIFY_SOCKET", manager.name()), 1, System::nanoTime).reloading();
      String told = manager.await().lines().skip(1).findFirst().orElseThrow();
      assertThat(Long.parseLong(told.replaceFirst("MONOTONIC_USEC=", "")))
          .isBetween(before, monotonicMicros());
    }
  }

  /** As another program reads it. */
  private static long monotonicMicros() throws IOException, InterruptedException {
    Process python =
        new ProcessBuilder(PYTHON, "-c", "import time; print(time.monotonic_ns() // 1000)")
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String told = new String(python.getInputStream().readAllBytes(), US_ASCII).strip();
    assertThat(python.waitFor()).isZero();
    return Long.parseLong(told);
  }

  @Test
  void tellsNobodyWhereThereIsNobody() {
    String gone = directory.resolve("gone").toString();
    for (Map<String, String> environment :
        List.<Map<String, String>>of(
            Map.of(), Map.of("NOTIFY_SOCKET", ""), Map.of("NOTIFY_SOCKET", gone))) {
      assertThatCode(() -> ServiceNotifier.of(environment, 1, System::nanoTime).ready("serving"))
          .doesNotThrowAnyException();
    }
  }
}
