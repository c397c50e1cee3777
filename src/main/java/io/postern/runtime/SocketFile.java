package io.postern.runtime;

import io.postern.config.FileReason;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file of a unix socket, which stays when its process has gone. It is bound under another name,
 * and gets its own when its rights are set: so it takes the place of what is left there in one
 * step, and nobody finds it with other rights.
 *
 * <p>Used by the threads that start and stop the proxy.
 */
final class SocketFile {

  private static final Logger LOG = LoggerFactory.getLogger(SocketFile.class);
  private static final String RIGHTS = "rw-rw----";

  /** S_IFMT and S_IFSOCK, see inode(7). */
  private static final int TYPE = 0170000;

  private static final int SOCKET = 0140000;

  private final Path path;
  private @Nullable Object identity;

  SocketFile(Path path) {
    this.path = path;
  }

  /** What is to be bound. */
  Path fresh() {
    return path.resolveSibling(path.getFileName() + ".new");
  }

  /**
   * Makes sure that nobody is in the way.
   *
   * @throws IOException where another process listens there, or the file is something else
   */
  void prepare() throws IOException {
    for (Path each : new Path[] {path, fresh()}) {
      if (isSocket(each) && isServed(each)) {
        throw new IOException("another process listens there");
      }
    }
    Files.deleteIfExists(fresh());
  }

  private static boolean isSocket(Path path) throws IOException {
    try {
      int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
      if ((mode & TYPE) != SOCKET) {
        throw new IOException(path + " is there already, and is no socket");
      }
      return true;
    } catch (NoSuchFileException none) {
      return false;
    }
  }

  private static boolean isServed(Path path) throws IOException {
    try (SocketChannel asking = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      asking.configureBlocking(false); // who has no room for one more is there, too
      asking.connect(UnixDomainSocketAddress.of(path));
      return true;
    } catch (ConnectException nobody) {
      return false;
    } catch (IOException e) {
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
      return false; // it has ended meanwhile
    }
  }

  /** Gives what was bound its rights and its name. */
  void publish() throws IOException {
    Path fresh = fresh();
    Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString(RIGHTS));
    identity = identity(fresh);
    Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
  }

  private static @Nullable Object identity(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
        .fileKey();
  }

  /** Takes it away, unless another process has put its own there. */
  void remove() {
    try {
      if (identity != null && identity.equals(identity(path))) {
        Files.delete(path);
      }
    } catch (NoSuchFileException gone) {
      // somebody has
    } catch (IOException e) {
      LOG.warn("{} cannot be taken away: {}", path, FileReason.of(e));
    }
  }
}
