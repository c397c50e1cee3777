package io.postern.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessLogTerminalTest {

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({
    "/dev/pts/0, true",
    "/dev/tty1, true",
    "/dev/console, true",
    "/dev/null, false",
    "/dev/ptsx, false",
    "pipe:[4711], false",
    "socket:[4711], false",
    "/var/log/postern.log, false"
  })
  void aTerminalIsToldFromAllElse(String behind, boolean terminal) throws IOException {
    Path descriptor = Files.createSymbolicLink(directory.resolve("2"), Path.of(behind));

    assertThat(ProcessLog.isTerminal(descriptor)).isEqualTo(terminal);
  }
}
