package io.postern.files;

import java.nio.file.Path;
import java.util.List;

/**
 * Files that are read together, and whether there is something new to read. A change is news when
 * it has stood for two looks: whoever replaces two files does so one after the other, and whoever
 * writes a file in place takes a while. Owned by whoever looks; not thread-safe.
 */
public final class FileWatch {

  /** After so many looks what was refused is read once more, though the files are the same. */
  private static final int RETRY_LOOKS = 12;

  private final Path[] files;
  private FileStamp seen;
  private FileStamp read;
  private boolean refused;
  private int looks;

  /** As they are now, before they are read for the first time. */
  public FileWatch(List<Path> files) {
    this.files = files.toArray(Path[]::new);
    seen = FileStamp.of(this.files);
    read = seen;
  }

  /**
   * Looks at them.
   *
   * @return whether they are to be read; {@link #accept} or {@link #refuse} says what came of it
   */
  public boolean isNews() {
    FileStamp now = FileStamp.of(files);
    boolean settled = now.equals(seen);
    seen = now;
    if (settled && !now.equals(read)) {
      return true;
    }
    // Rights may have been mended, or a date has come.
    return refused && ++looks % RETRY_LOOKS == 0;
  }

  /** Whether they are still as the last look has seen them: else what was read may be half new. */
  boolean stands() {
    return FileStamp.of(files).equals(seen);
  }

  /** Whether they were refused, and nothing better has come since. */
  public boolean isRefused() {
    return refused;
  }

  /** They are read now, whoever has asked for it: as they are, they are no news. */
  public void reading() {
    seen = FileStamp.of(files);
    read = seen;
  }

  /** What was read is in order. */
  public void accept() {
    read = seen;
    refused = false;
  }

  /** What was read is not. */
  public void refuse() {
    read = seen;
    refused = true;
  }
}
