package io.postern.interop;

import java.nio.ByteBuffer;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.eclipse.jetty.websocket.server.WebSocketUpgradeHandler;

/** Jetty, in plain: HTTP/1.1 and, to who begins with its preface, HTTP/2. It echoes at /echo. */
final class WebSocketServer {

  /** The text that has it close, with 4002. */
  static final String CLOSE = "close";

  private final BlockingQueue<Integer> closes = new LinkedBlockingQueue<>();
  private final Server server = new Server();
  private final ServerConnector connector;

  private WebSocketServer(int largest) {
    HttpConfiguration http = new HttpConfiguration();
    connector =
        new ServerConnector(
            server, new HttpConnectionFactory(http), new HTTP2CServerConnectionFactory(http));
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    server.setHandler(
        WebSocketUpgradeHandler.from(
            server,
            container -> {
              container.setMaxBinaryMessageSize(2L * largest);
              container.addMapping("/echo", (request, response, callback) -> new Echo());
            }));
  }

  /**
   * Starts it on a free port.
   *
   * @param largest the size of a message, in bytes
   */
  static WebSocketServer start(int largest) throws Exception {
    WebSocketServer started = new WebSocketServer(largest);
    started.server.start();
    return started;
  }

  int port() {
    return connector.getLocalPort();
  }

  void stop() throws Exception {
    server.stop();
  }

  /** The code with which the next session ended, as this server sees it. */
  int nextClose() throws InterruptedException {
    Integer next = closes.poll(20, TimeUnit.SECONDS);
    return next == null ? -1 : next;
  }

  /** Sends back what comes. Public, since Jetty looks up its methods. */
  public final class Echo extends Session.Listener.AbstractAutoDemanding {

    @Override
    public void onWebSocketText(String text) {
      if (text.equals(CLOSE)) {
        getSession().close(4002, "closed by the server", Callback.NOOP);
      } else {
        getSession().sendText(text, Callback.NOOP);
      }
    }

    @Override
    public void onWebSocketBinary(ByteBuffer bytes, Callback callback) {
      getSession().sendBinary(bytes, callback);
    }

    @Override
    public void onWebSocketClose(int code, String reason) {
      closes.add(code);
    }
  }
}
