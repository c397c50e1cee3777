package io.postern.runtime;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file that a unix socket is bound to, which stays when its process has gone. Used by the
 * threads that start and stop the proxy.
 *
 * @param path where it is
 */
record SocketFile(Path path) {

  private static final Logger LOG = LoggerFactory.getLogger(SocketFile.class);
  private static final String RIGHTS = "rw-rw----";

  /** S_IFMT and S_IFSOCK, see inode(7). */
  private static final int TYPE = 0170000;

  private static final int SOCKET = 0140000;

  /**
   * Takes away what a process has left that is no more.
   *
   * @throws IOException where another process listens there, or the file is something else
   */
  void clear() throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    if ((mode & TYPE) != SOCKET) {
      throw new IOException("the file is there already, and is no socket");
    }
    if (isServed()) {
      throw new IOException("another process listens there");
    }
    Files.delete(path);
  }

  private boolean isServed() throws IOException {
    try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      return true;
    } catch (ConnectException nobody) {
      return false;
    }
  }

  /** Lets the group in, once it is bound: the process may be strict about what it makes. */
  void share() throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(RIGHTS));
  }

  /** Takes it away while it is ours: the channels of Netty do so as well, but for those of NIO. */
  void remove() {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      LOG.warn("{} cannot be taken away: {}", path, e.toString());
    }
  }
}
