package io.postern.observe;

import static java.nio.file.StandardOpenOption.APPEND;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import io.netty.util.concurrent.Ticker;
import io.postern.config.FileReason;
import io.postern.config.SyslogConfig;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.time.InstantSource;

/** Where the lines of a log go. */
@FunctionalInterface
interface LogTarget {

  /** Nowhere: no line is made. */
  LogTarget NOWHERE = OutputStream::nullOutputStream;

  /** Opens it, or opens it anew; whoever calls closes it. */
  OutputStream open() throws IOException;

  /**
   * A file, appended to, made where there is none. By a channel: a stream of a file has memory
   * allocated, and freed again, for each batch.
   */
  static LogTarget file(Path path) {
    return () -> {
      try {
        return Channels.newOutputStream(FileChannel.open(path, CREATE, WRITE, APPEND));
      } catch (IOException e) {
        throw new IOException(path + ": " + FileReason.ofMaking(e), e);
      }
    };
  }

  /**
   * The standard output of the process, past {@code System.out} and its lock and encoder. Closing
   * leaves it open, for it is not ours.
   */
  static LogTarget stdout() {
    return () ->
        new FilterOutputStream(new FileOutputStream(FileDescriptor.out)) {
          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
          }

          @Override
          public void close() {}
        };
  }

  /** A server of syslog; opening never fails, for it is not there at each start. */
  static LogTarget syslog(SyslogConfig config, Ticker ticker) {
    Sender sender = Sender.own();
    return () -> new SyslogOutput(config, sender, ticker, InstantSource.system());
  }
}
