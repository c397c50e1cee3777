package io.postern.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;

/** A server behind the demo: it says who it is and what it was asked, and can be stopped. */
final class DemoServer {

  private final String name;
  private final HttpServer server;

  private DemoServer(String name, HttpServer server) {
    this.name = name;
    this.server = server;
  }

  /** Starts a server on loopback; answers its port, which it chooses for 0. */
  static int start(String name, int port) throws IOException {
    return start(name, new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
  }

  /** Starts a server; answers its port. */
  static int start(String name, InetSocketAddress address) throws IOException {
    HttpServer server = HttpServer.create(address, 128);
    DemoServer demo = new DemoServer(name, server);
    server.setExecutor(
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("demo").factory()));
    server.createContext("/", demo::answer);
    server.createContext("/stop", demo::stop);
    server.start();
    return server.getAddress().getPort();
  }

  private void answer(HttpExchange exchange) throws IOException {
    long received;
    try (InputStream content = exchange.getRequestBody()) {
      received = content.transferTo(OutputStream.nullOutputStream());
    }
    reply(
        exchange,
        name
            + ": "
            + exchange.getRequestMethod()
            + " "
            + exchange.getRequestURI()
            + (received > 0 ? ", received " + received + " bytes" : "")
            + ", for "
            + exchange.getRequestHeaders().getFirst("X-Forwarded-For")
            + "\n");
  }

  private void stop(HttpExchange exchange) throws IOException {
    reply(exchange, name + " stops\n");
    Thread.ofVirtual().start(() -> server.stop(0));
  }

  private static void reply(HttpExchange exchange, String text) throws IOException {
    byte[] bytes = text.getBytes(UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
    boolean toHead = exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(200, toHead ? -1 : bytes.length);
    try (OutputStream out = exchange.getResponseBody()) {
      if (!toHead) {
        out.write(bytes);
      }
    }
  }
}
