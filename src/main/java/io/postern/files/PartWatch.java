package io.postern.files;

import io.postern.config.Part;
import io.postern.config.PartFile;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A file with a part of the config, read once as this is made and again whenever it has changed.
 * Owned by whoever looks; not thread-safe.
 *
 * @param <T> what stands in it
 */
public final class PartWatch<T> {

  private final FileWatch watch;
  private final Supplier<Part<T>> reader;
  private final Part<T> first;

  private PartWatch(FileWatch watch, Supplier<Part<T>> reader) {
    this.watch = watch;
    this.reader = reader;
    first = reader.get();
  }

  /** Reads the file for the first time; may block. */
  public static <T> PartWatch<T> of(PartFile file, Supplier<Part<T>> reader) {
    return new PartWatch<>(new FileWatch(List.of(file.path())), reader);
  }

  /** What stood in it at first. */
  public Part<T> first() {
    return first;
  }

  /**
   * Looks at the file, and reads it where it has changed; may block.
   *
   * @return null where there is nothing new; what has problems is not to be used
   */
  public @Nullable Part<T> look() {
    if (!watch.isNews()) {
      return null;
    }
    Part<T> part = reader.get();
    if (!watch.stands()) {
      return null; // somebody writes it: it is news again when it has settled
    }
    if (part.problems().isEmpty()) {
      watch.accept();
    } else {
      watch.refuse();
    }
    return part;
  }
}
