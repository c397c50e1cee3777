package io.postern.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.DomainDatagramSocketAddress;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The service manager's end of sd_notify(3). */
public final class NotifySocket implements AutoCloseable {

  private final String name;
  private final Socket socket;

  private NotifySocket(String name, Socket socket) {
    this.name = name;
    this.socket = socket;
  }

  /**
   * Opens one.
   *
   * @param name as NOTIFY_SOCKET has it: a path, or with a leading {@code @} an abstract socket
   */
  public static NotifySocket open(String name) {
    Epoll.ensureAvailability();
    Socket socket = Socket.newSocketDomainDgram();
    try {
      socket.bind(new DomainSocketAddress(name.replaceFirst("^@", "\0")));
      return new NotifySocket(name, socket);
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  /** What NOTIFY_SOCKET has to be. */
  public String name() {
    return name;
  }

  /** Waits for the next message; answers its lines. */
  public String await() {
    AtomicReference<String> message = new AtomicReference<>();
    Await.until(
        "a message to the service manager",
        () -> {
          message.set(poll());
          return message.get() != null;
        });
    return Objects.requireNonNull(message.get());
  }

  /** The next message; null where there is none so far. */
  public @Nullable String poll() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(4096);
    try {
      DomainDatagramSocketAddress from = socket.recvFromDomainSocket(buffer, 0, buffer.capacity());
      return from == null ? null : UTF_8.decode(buffer.limit(from.receivedAmount())).toString();
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }
}
