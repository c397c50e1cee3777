package io.postern.testkit;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/** A request that came to a scripted server; known as soon as its head is there. */
public final class Request {

  private final int connection;
  private final Head head;
  private final CompletableFuture<Received> content = new CompletableFuture<>();
  private final AtomicLong came = new AtomicLong();
  private final CompletableFuture<Long> reset = new CompletableFuture<>();

  Request(int connection, Head head) {
    this.connection = connection;
    this.head = head;
  }

  /** The place of its connection among all that came, from 0. */
  public int connection() {
    return connection;
  }

  /** Its head as it came. */
  public Head head() {
    return head;
  }

  /** The method. */
  public String method() {
    return head.part(0);
  }

  /** The target, as it stands in the request line. */
  public String target() {
    return head.part(1);
  }

  /** The content, once it has come to its end or to that of the connection. */
  public Received content() {
    return Await.result("the content of " + head.startLine(), content);
  }

  /** Waits until as many bytes of the content have come to a script that reads all of it. */
  public void awaitContent(long bytes) {
    Await.until(bytes + " bytes of content", () -> came.get() >= bytes);
  }

  /** Waits until the client gives it up over HTTP/2; the code of its RST_STREAM. */
  public long awaitReset() {
    return Await.result("the reset of " + head.startLine(), reset);
  }

  /** Whether no more of the content is expected. */
  public boolean contentEnded() {
    return content.isDone();
  }

  boolean hasContent() {
    return !head.values("transfer-encoding").isEmpty() || !head.values("content-length").isEmpty();
  }

  void resetCame(long code) {
    reset.complete(code);
  }

  void pieceCame(int size) {
    came.addAndGet(size);
  }

  void contentCame(Received received) {
    content.complete(received);
  }
}
