package io.postern.observe;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.netty.util.concurrent.Ticker;
import io.postern.config.AccessLogConfig;
import io.postern.config.Configs;
import io.postern.testkit.Await;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;

/** A target in memory whose writes can be made to hang, or to fail half-way. */
final class TestTarget implements LogTarget {

  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private volatile CountDownLatch blocked = new CountDownLatch(0);
  private volatile boolean failing;

  /** A log of JSON to it. */
  AccessLog log(int capacity, Ticker ticker, Duration closeLimit) throws IOException {
    return log("", capacity, ticker, closeLimit);
  }

  /** A log to it as the keys of a config have it. */
  AccessLog log(String keys, int capacity, Ticker ticker, Duration closeLimit) throws IOException {
    AccessLogConfig config = Configs.accessLog(keys);
    Sampling sampling = new Sampling(config.sample(), new SplittableRandom(1));
    return new AccessLog(this, AccessLine.of(config), sampling, capacity, ticker, closeLimit);
  }

  /** Makes the next write hang. */
  void block() {
    blocked = new CountDownLatch(1);
    gate = new CountDownLatch(1);
  }

  /** Waits until a write hangs. */
  void awaitBlocked() {
    Await.latch("a write that hangs", blocked);
  }

  /** Lets writes through again. */
  void unblock() {
    gate.countDown();
  }

  /** Whether each write is to fail after its first ten bytes. */
  void fail(boolean now) {
    failing = now;
  }

  @Override
  public OutputStream open() {
    return new OutputStream() {
      @Override
      public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        blocked.countDown();
        Await.latch("the gate", gate);
        written.write(bytes, offset, failing ? Math.min(10, length) : length);
        if (failing) {
          throw new IOException("No space left on device");
        }
      }
    };
  }

  /** All that was written. */
  String text() {
    return written.toString(StandardCharsets.ISO_8859_1);
  }

  /** The lines, one for each exchange by its path, one for each gap by its size. */
  List<String> paths() throws IOException {
    List<String> paths = new ArrayList<>();
    for (String line : text().lines().toList()) {
      JsonNode json = new ObjectMapper().readTree(line);
      paths.add(json.has("dropped") ? "-" + json.get("dropped") : json.get("path").asText());
    }
    return paths;
  }
}
