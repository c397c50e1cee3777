package io.postern.tls;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import io.netty.internal.tcnative.SSLContext;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The secrets of TLS connections of both sides in a file, in the NSS key log format, for as long as
 * somebody has something to find out. Whoever has the file can read what was recorded of them, so
 * it has an end from the start, and only its owner may read it.
 *
 * <p>Event loops write to it, each line by one short call of the system. Thread-safe.
 */
public final class KeyLog implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(KeyLog.class);
  private static final String OWNER_ONLY = "rw-------";

  /** A directory of whoever runs this process, whatever the name of that user is. */
  private static final Path SELF = Path.of("/proc/self");

  private final Path file;
  private final Instant until;
  private final InstantSource clock;
  private final FileChannel out;
  private final AtomicBoolean ended = new AtomicBoolean();

  private KeyLog(Path file, Instant until, InstantSource clock, FileChannel out) {
    this.file = file;
    this.until = until;
    this.clock = clock;
    this.out = out;
  }

  /**
   * Opens the file, or makes it, and warns of it: blocking.
   *
   * @param file made for its owner alone; what stands there already is kept
   * @param until from when on nothing more is written
   * @param clock the wall clock
   * @throws IOException in words for whoever named the file, where it cannot be written, is of
   *     another user or for others to read, or where the TLS library that serves tells no secrets
   */
  public static KeyLog open(Path file, Instant until, InstantSource clock) throws IOException {
    return open(file, until, clock, ServerContexts.provider());
  }

  static KeyLog open(Path file, Instant until, InstantSource clock, SslProvider provider)
      throws IOException {
    if (provider == SslProvider.JDK) {
      throw new IOException("a TLS key log needs BoringSSL, which does not load here");
    }
    KeyLog log;
    try {
      log = new KeyLog(file, until, clock, channel(file));
    } catch (NoSuchFileException e) {
      throw cannot(file, "there is no such directory", e);
    } catch (AccessDeniedException e) {
      throw cannot(file, "this user may not write there", e);
    } catch (IOException e) {
      throw cannot(file, String.valueOf(e.getMessage()), e);
    }
    LOG.warn(
        "the secrets of all TLS connections are written to {} until {}: whoever has that file can"
            + " read what was recorded of them",
        file,
        until);
    return log;
  }

  private static IOException cannot(Path file, String why, IOException cause) {
    return new IOException("the TLS key log " + file + " cannot be opened: " + why, cause);
  }

  private static FileChannel channel(Path file) throws IOException {
    if (Files.exists(file, NOFOLLOW_LINKS)) {
      check(Files.readAttributes(file, PosixFileAttributes.class, NOFOLLOW_LINKS));
    }
    return FileChannel.open(
        file,
        Set.of(
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.APPEND,
            NOFOLLOW_LINKS),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_ONLY)));
  }

  private static void check(PosixFileAttributes found) throws IOException {
    if (!found.isRegularFile()) {
      throw new IOException("it is there, and no regular file");
    }
    UserPrincipal self = Files.getOwner(SELF);
    if (!found.owner().equals(self)) {
      throw new IOException(
          "it is there, and of another user: its owner is %s, not %s"
              .formatted(found.owner().getName(), self.getName()));
    }
    String rights = PosixFilePermissions.toString(found.permissions());
    if (!rights.endsWith("------")) {
      throw new IOException("it is there, and not for its owner alone: its rights are " + rights);
    }
  }

  /**
   * Has a context tell its secrets, before it makes connections.
   *
   * @return false where it cannot
   */
  boolean follow(SslContext context) {
    return context instanceof ReferenceCountedOpenSslContext told
        && SSLContext.setKeyLogCallback(NativeContext.of(told), (_, line) -> write(line));
  }

  /**
   * Where the library has a context. Netty has no option for a key log and tells nobody; what its
   * {@code sslCtxPointer} answers is another structure, which the library must not be given here.
   */
  private static final class NativeContext {

    private static final VarHandle FIELD = field();

    private NativeContext() {}

    static long of(ReferenceCountedOpenSslContext context) {
      return (long) FIELD.get(context);
    }

    private static VarHandle field() {
      try {
        return MethodHandles.privateLookupIn(
                ReferenceCountedOpenSslContext.class, MethodHandles.lookup())
            .findVarHandle(ReferenceCountedOpenSslContext.class, "ctx", long.class);
      } catch (ReflectiveOperationException e) {
        throw new IllegalStateException("this version of Netty keeps its contexts elsewhere", e);
      }
    }
  }

  private void write(byte[] line) {
    if (ended.get() || endIfOver()) {
      return;
    }
    byte[] whole = Arrays.copyOf(line, line.length + 1);
    whole[line.length] = '\n';
    ByteBuffer left = ByteBuffer.wrap(whole);
    try {
      while (left.hasRemaining()) {
        out.write(left);
      }
    } catch (IOException e) {
      if (!ended.getAndSet(true)) {
        LOG.error("the TLS key log {} ends early", file, e);
        shut();
      }
    }
  }

  /** Closes the file where its time is over. Any thread. */
  public boolean endIfOver() {
    boolean over = !clock.instant().isBefore(until);
    if (over) {
      end("its time is over");
    }
    return over;
  }

  /** Whether secrets are written now. Any thread. */
  public boolean isActive() {
    return !ended.get();
  }

  /** When it ends. */
  public Instant until() {
    return until;
  }

  private void end(String why) {
    if (!ended.getAndSet(true)) {
      shut();
      LOG.info("the TLS key log {} has ended: {}", file, why);
    }
  }

  private void shut() {
    try {
      out.close();
    } catch (IOException e) {
      LOG.warn("the TLS key log {} does not close", file, e);
    }
  }

  /** Ends it before its time. */
  @Override
  public void close() {
    end("the process ends");
  }
}
