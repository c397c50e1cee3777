package io.postern.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.handler.ssl.SslProvider;
import io.postern.testkit.LogLines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file of a key log: who may read it, and which one is not written to. */
class KeyLogTest {

  private static final InstantSource CLOCK = InstantSource.system();

  @TempDir private Path dir;

  private static Instant soon() {
    return CLOCK.instant().plusSeconds(60);
  }

  private void isRefused(Path file, String why) {
    assertThatThrownBy(() -> KeyLog.open(file, soon(), CLOCK).close())
        .isInstanceOf(IOException.class)
        .hasMessage("the TLS key log " + file + " cannot be opened: " + why);
  }

  @Test
  void itIsMadeForItsOwnerAlone() throws IOException {
    Path file = dir.resolve("keys");
    KeyLog.open(file, soon(), CLOCK).close();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void whatStandsThereIsKept() throws IOException {
    Path file = dir.resolve("keys");
    KeyLog.open(file, soon(), CLOCK).close();
    Files.writeString(file, "before\n");
    KeyLog.open(file, soon(), CLOCK).close();
    assertThat(file).hasContent("before\n");
  }

  @Test
  void aFileThatOthersMayReadIsNotWrittenTo() throws IOException {
    Path file = Files.writeString(dir.resolve("keys"), "");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    isRefused(file, "it is there, and not for its owner alone: its rights are rw-r-----");
  }

  /** Somebody made it beforehand to read what comes; a root may write to it all the same. */
  @Test
  void aFileOfAnotherUserIsNotWrittenTo() throws IOException {
    Path file = dir.resolve("keys");
    KeyLog.open(file, soon(), CLOCK).close();
    assumeTrue(Files.getAttribute(file, "unix:uid").equals(0), "only root gives files away");
    String self = Files.getOwner(file).getName();
    Files.setAttribute(file, "unix:uid", 54321);
    isRefused(file, "it is there, and of another user: its owner is 54321, not " + self);
  }

  /** Whoever may write to the directory could have put them there. */
  @Test
  void neitherIsWhatIsNoFile() throws IOException {
    Path target = Files.writeString(dir.resolve("target"), "");
    Path link = Files.createSymbolicLink(dir.resolve("keys"), target);
    isRefused(link, "it is there, and no regular file");
    isRefused(dir, "it is there, and no regular file");
  }

  @Test
  void aDirectoryIsMissing() {
    isRefused(dir.resolve("none/keys"), "there is no such directory");
  }

  @Test
  void theTlsOfTheJdkTellsNothing() {
    Path file = dir.resolve("keys");
    assertThatThrownBy(() -> KeyLog.open(file, soon(), CLOCK, SslProvider.JDK).close())
        .isInstanceOf(IOException.class)
        .hasMessage("a TLS key log needs BoringSSL, which does not load here");
    assertThat(file).doesNotExist();
  }

  @Test
  void itIsWarnedOfAndItsEndIsTold() throws IOException {
    Path file = dir.resolve("keys");
    Instant until = soon();
    try (LogLines log = LogLines.of("io.postern.tls.KeyLog")) {
      try (KeyLog keyLog = KeyLog.open(file, until, () -> until.minusMillis(1))) {
        assertThat(keyLog.endIfOver()).isFalse();
        assertThat(keyLog.isActive()).isTrue();
      }
      try (KeyLog keyLog = KeyLog.open(file, until, () -> until)) {
        assertThat(keyLog.endIfOver()).isTrue();
        assertThat(keyLog.isActive()).isFalse();
      }
      assertThat(log.about("key log"))
          .containsExactly(
              "INFO the TLS key log " + file + " has ended: the process ends",
              "INFO the TLS key log " + file + " has ended: its time is over");
      assertThat(log.about("the secrets of all TLS connections are written to " + file))
          .hasSize(2)
          .allMatch(line -> line.startsWith("WARN ") && line.contains(" until " + until + ": "));
    }
  }
}
