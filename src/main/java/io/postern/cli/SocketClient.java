package io.postern.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks by the unix socket of a process that runs, which the JDK's client cannot. One request a
 * connection, as HTTP/1.0: no answer has pieces then, and it is over when the connection is (RFC
 * 9112 §6.3).
 *
 * @param socket its file
 */
record SocketClient(Path socket) implements AdminClient {

  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.[01] ([0-9]{3}) .*");
  private static final Pattern LENGTH = Pattern.compile("(?i)content-length: *([0-9]{1,18}) *");

  @Override
  public Answer ask(String method, String path, boolean json) throws IOException {
    String request =
        "%s %s%s HTTP/1.0\r\nhost: localhost\r\naccept: %s\r\ncontent-length: 0\r\n\r\n"
            .formatted(method, PREFIX, path, AdminClient.accepted(json));
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      CompletableFuture<Void> tooLate = closeLater(channel);
      channel.connect(UnixDomainSocketAddress.of(socket));
      ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(ISO_8859_1));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      byte[] answer = Channels.newInputStream(channel).readAllBytes();
      tooLate.cancel(false);
      return read(answer);
    } catch (ClosedChannelException e) {
      throw new IOException("no answer in " + PATIENCE.toSeconds() + " s", e);
    }
  }

  private static CompletableFuture<Void> closeLater(SocketChannel channel) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            channel.close();
          } catch (IOException _) {
            // it is of no use any more
          }
        },
        CompletableFuture.delayedExecutor(PATIENCE.toSeconds(), TimeUnit.SECONDS));
  }

  private static Answer read(byte[] bytes) throws IOException {
    String all = new String(bytes, ISO_8859_1); // a char a byte
    int end = all.indexOf("\r\n\r\n");
    if (end < 0) {
      throw new EOFException("it hung up");
    }
    String[] lines = all.substring(0, end).split("\r\n", -1);
    Matcher status = STATUS.matcher(lines[0]);
    if (!status.matches()) {
      throw new ProtocolException("that is no answer in HTTP: " + lines[0]);
    }
    byte[] body = Arrays.copyOfRange(bytes, end + 4, bytes.length);
    for (String each : lines) {
      Matcher length = LENGTH.matcher(each);
      if (length.matches() && Long.parseLong(length.group(1)) != body.length) {
        throw new EOFException("it hung up in the middle of its answer");
      }
    }
    return new Answer(Integer.parseInt(status.group(1)), new String(body, UTF_8));
  }

  @Override
  public String toString() {
    return "unix:" + socket;
  }
}
