package io.postern.route;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import io.postern.config.ErrorPageConfig;
import io.postern.config.Problem;
import io.postern.config.Statuses;
import io.postern.http.LocalReply;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a route says in place of Postern's own words where something failed. Immutable, shared. */
public final class ErrorPages {

  private static final int MOST_BYTES = 1 << 20;

  /**
   * One of them.
   *
   * @param body shared by all event loops: read-only, and releasing it does nothing
   */
  private record Page(Statuses statuses, AsciiString contentType, ByteBuf body) {}

  private final List<Page> pages;

  private ErrorPages(List<Page> pages) {
    this.pages = List.copyOf(pages);
  }

  /** Those of a route, whose files are read; null where it has none. */
  static @Nullable ErrorPages compile(List<ErrorPageConfig> config, Consumer<Problem> problems) {
    List<Page> pages = new ArrayList<>();
    for (ErrorPageConfig each : config) {
      AsciiString type = new AsciiString(each.contentType().strip());
      // On the heap, for nobody would free direct memory when the table is swapped for another.
      ByteBuf body = Unpooled.wrappedBuffer(body(each, problems)).asReadOnly();
      pages.add(new Page(each.statuses(), type, Unpooled.unreleasableBuffer(body)));
    }
    return pages.isEmpty() ? null : new ErrorPages(pages);
  }

  private static byte[] body(ErrorPageConfig config, Consumer<Problem> problems) {
    Path file = config.file();
    if (file == null) {
      return String.valueOf(config.body()).getBytes(StandardCharsets.UTF_8);
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] read = in.readNBytes(MOST_BYTES + 1);
      if (read.length > MOST_BYTES) {
        problems.accept(config.place().problem("file", "has more than 1 MiB", "a smaller page"));
      }
      return read;
    } catch (IOException e) {
      String what = "cannot be read: " + e.getClass().getSimpleName();
      problems.accept(config.place().problem("file", what, "a file that we may read"));
      return new byte[0];
    }
  }

  /** The reply with the first page for its status in place of its words, where there is one. */
  public LocalReply of(LocalReply reply) {
    for (Page page : pages) {
      if (page.statuses.contains(reply.status())) {
        return reply.saying(page.contentType, page.body.duplicate());
      }
    }
    return reply;
  }
}
