package io.postern.files;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.config.Part;
import io.postern.config.PartFile;
import io.postern.config.Place;
import io.postern.config.Problem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a file is read that may change, and when not. */
class PartWatchTest {

  @TempDir private Path dir;
  private Path file = Path.of("");
  private int second;
  private Runnable meanwhile = () -> {};

  @BeforeEach
  void begin() {
    file = dir.resolve("part.yaml");
    write("one");
  }

  private void write(String content) {
    try {
      Files.writeString(file, content);
      Files.setLastModifiedTime(file, FileTime.fromMillis(1000L * ++second));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Part<String> read() {
    try {
      String content = Files.readString(file);
      meanwhile.run();
      Problem bad = new Problem("part.yaml", new Place.Position(1, 1), "", "is bad", "", null);
      return new Part<>(content, content.startsWith("bad") ? List.of(bad) : List.of(), List.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private PartWatch<String> watch() {
    return PartWatch.of(new PartFile(file, Map.of()), this::read);
  }

  @Test
  void aChangeIsReadOnceWhenItHasStoodForTwoLooks() {
    PartWatch<String> watch = watch();
    assertThat(watch.first().content()).isEqualTo("one");
    assertThat(watch.look()).isNull();
    write("two");
    assertThat(watch.look()).isNull();
    assertThat(requireNonNull(watch.look()).content()).isEqualTo("two");
    assertThat(watch.look()).isNull();
  }

  @Test
  void whoWritesItBitByBitIsWaitedFor() {
    PartWatch<String> watch = watch();
    for (int i = 0; i < 5; i++) {
      write("a part".substring(0, 1 + i));
      assertThat(watch.look()).isNull();
    }
    write("a part");
    assertThat(watch.look()).isNull();
    assertThat(requireNonNull(watch.look()).content()).isEqualTo("a part");
  }

  @Test
  void whatChangesWhileItIsReadIsNotTaken() {
    PartWatch<String> watch = watch();
    write("half");
    assertThat(watch.look()).isNull();
    meanwhile =
        () -> {
          meanwhile = () -> {};
          write("half and half");
        };
    assertThat(watch.look()).isNull();
    assertThat(watch.look()).isNull();
    assertThat(requireNonNull(watch.look()).content()).isEqualTo("half and half");
  }

  /** Rights, or what variables stand for, may have been mended. */
  @Test
  void whatIsRefusedIsReadOnceMoreAfterAWhile() {
    PartWatch<String> watch = watch();
    write("bad");
    assertThat(watch.look()).isNull();
    assertThat(requireNonNull(watch.look()).problems()).hasSize(1);
    int reads = 0;
    for (int i = 0; i < 24; i++) {
      reads += watch.look() == null ? 0 : 1;
    }
    assertThat(reads).isEqualTo(2);
    write("good");
    while (watch.look() == null) {
      reads++;
    }
    assertThat(reads).isLessThan(5);
    for (int i = 0; i < 24; i++) {
      assertThat(watch.look()).isNull();
    }
  }
}
