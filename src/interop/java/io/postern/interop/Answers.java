package io.postern.interop;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;

/**
 * What a WebSocket client is sent: texts, buffers, the payload of a pong in a list, and the end.
 */
public final class Answers extends Session.Listener.AbstractAutoDemanding {

  /** The close frame that came. */
  record Closed(int code, String reason) {}

  private final BlockingQueue<Object> came = new LinkedBlockingQueue<>();

  /** The next of them, in the order in which they came. */
  Object next() throws InterruptedException {
    Object next = came.poll(20, TimeUnit.SECONDS);
    return next == null ? "nothing came" : next;
  }

  @Override
  public void onWebSocketText(String text) {
    came.add(text);
  }

  @Override
  public void onWebSocketBinary(ByteBuffer bytes, Callback callback) {
    came.add(copy(bytes));
    callback.succeed();
  }

  @Override
  public void onWebSocketPong(ByteBuffer bytes) {
    came.add(List.of(copy(bytes)));
  }

  @Override
  public void onWebSocketClose(int code, String reason) {
    came.add(new Closed(code, reason));
  }

  @Override
  public void onWebSocketError(Throwable cause) {
    came.add(cause);
  }

  private static ByteBuffer copy(ByteBuffer bytes) {
    return ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
  }
}
