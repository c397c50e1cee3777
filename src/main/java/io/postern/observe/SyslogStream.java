package io.postern.observe;

import io.postern.config.HostPort;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;

/**
 * Messages of syslog on a connection, each behind its length (RFC 6587 §3.4.1), a batch in one
 * write. Syslog acknowledges nothing: what a server had not read when it went away is lost
 * uncounted.
 */
final class SyslogStream implements SyslogLink {

  /** Less than the end of the log is given. */
  private static final long PATIENCE_MILLIS = 2000;

  private final Selector selector;
  private final SocketChannel channel;
  private final LineBuffer batch = new LineBuffer(64 * 1024);
  private final ByteBuffer ignored = ByteBuffer.allocate(1024);

  /** Connects. */
  SyslogStream(HostPort server) throws IOException {
    selector = Selector.open();
    channel = SocketChannel.open();
    try {
      channel.configureBlocking(false);
      SelectionKey key = channel.register(selector, SelectionKey.OP_CONNECT);
      channel.connect(SyslogDatagrams.resolved(server));
      await("no answer");
      channel.finishConnect();
      key.interestOps(SelectionKey.OP_WRITE);
    } catch (IOException failure) {
      close();
      throw failure;
    }
  }

  @Override
  public int send(byte[] message, int length) {
    batch.putDecimal(length);
    batch.put((byte) ' ');
    batch.write(message, 0, length);
    return 0;
  }

  @Override
  public void flush() throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(batch.bytes(), 0, batch.size());
    batch.truncate(0);
    while (rest.hasRemaining()) {
      if (channel.write(rest) == 0) {
        await("it does not read");
      }
    }
  }

  private void await(String otherwise) throws IOException {
    if (selector.select(PATIENCE_MILLIS) == 0) {
      throw new IOException(otherwise + " for " + PATIENCE_MILLIS / 1000 + " s");
    }
    selector.selectedKeys().clear();
  }

  @Override
  public boolean isOpen() {
    try {
      int read;
      do {
        read = channel.read(ignored.clear());
      } while (read > 0);
      return read == 0;
    } catch (IOException _) {
      return false;
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
      selector.close();
    } catch (IOException _) {
      // What it had taken is on its way.
    }
  }
}
