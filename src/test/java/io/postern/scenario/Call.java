package io.postern.scenario;

import io.postern.testkit.Answer;
import io.postern.testkit.Content;
import io.postern.testkit.H2Stream.Head2;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/** One request of a client, and what comes back. */
interface Call {

  /** Sends a piece of content. */
  Call send(String latin1);

  /** Sends content as fast as the proxy takes it. */
  Call send(Content content);

  /** How many bytes of content the connection has taken. */
  long sent();

  /** Ends the content. */
  Call end();

  /** Ends the content with trailers; names and values in turn. */
  Call trailers(String... namesAndValues);

  /** Waits for the final head of the response. */
  Head2 head();

  /** The heads that came before the final one. */
  List<Head2> informational();

  /** Waits for the whole response. */
  Answer answer();

  /** Waits for the end of a response that is cut off. */
  void awaitCut();

  /** Gives up: RST_STREAM, or an RST of the connection. */
  void abort();

  /** Sends content, and the end, on a thread of its own. */
  default Future<?> sendInBackground(Content content) {
    return CompletableFuture.runAsync(() -> send(content).end(), Thread::startVirtualThread);
  }
}
