package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.testkit.Answer;
import io.postern.testkit.Content;
import io.postern.testkit.H2Stream.Head2;
import io.postern.testkit.Head;
import io.postern.testkit.RawClient;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A request over HTTP/1.1. */
final class H1Call implements Call {

  private static final int PIECE = 16 * 1024;

  private final RawClient connection;
  private final String method;
  private final boolean chunked;
  private final List<Head2> informational = new ArrayList<>();
  private final AtomicLong sent = new AtomicLong();
  private @Nullable Head head;

  H1Call(RawClient connection, String method, String path, boolean content, String... fields) {
    this.connection = connection;
    this.method = method;
    StringBuilder text = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
    text.append("Host: ").append(Version.HOST).append("\r\n");
    boolean length = false;
    for (int i = 0; i < fields.length; i += 2) {
      length |= fields[i].equalsIgnoreCase("content-length");
      text.append(fields[i]).append(": ").append(fields[i + 1]).append("\r\n");
    }
    chunked = content && !length;
    text.append(chunked ? "Transfer-Encoding: chunked\r\n\r\n" : "\r\n");
    connection.send(text.toString());
  }

  @Override
  public Call send(String latin1) {
    return send(Content.text(latin1));
  }

  @Override
  public Call send(Content content) {
    for (long at = 0; at < content.length(); at += PIECE) {
      int size = (int) Math.min(PIECE, content.length() - at);
      if (chunked) {
        connection.send(Integer.toHexString(size) + "\r\n");
      }
      connection.send(content.slice(at, size));
      if (chunked) {
        connection.send("\r\n");
      }
      sent.addAndGet(size);
    }
    return this;
  }

  @Override
  public long sent() {
    return sent.get();
  }

  @Override
  public Call end() {
    return trailers();
  }

  @Override
  public Call trailers(String... namesAndValues) {
    if (chunked) {
      StringBuilder last = new StringBuilder("0\r\n");
      for (int i = 0; i < namesAndValues.length; i += 2) {
        last.append(namesAndValues[i]).append(": ").append(namesAndValues[i + 1]).append("\r\n");
      }
      connection.send(last.append("\r\n").toString());
    }
    return this;
  }

  @Override
  public Head2 head() {
    Head last = finalHead();
    return new Head2(last.status(), last.fields());
  }

  private Head finalHead() {
    Head last = head;
    while (last == null || last.status() < 200) {
      last = connection.readHead();
      if (last.status() < 200) {
        informational.add(new Head2(last.status(), last.fields()));
      }
    }
    head = last;
    return last;
  }

  @Override
  public List<Head2> informational() {
    return List.copyOf(informational);
  }

  @Override
  public Answer answer() {
    Head last = finalHead();
    return new Answer(last.status(), last.fields(), connection.readContent(last, method));
  }

  @Override
  public void awaitCut() {
    Head last = finalHead();
    try {
      assertThat(connection.readContent(last, method).complete()).isFalse();
    } catch (UncheckedIOException reset) {
      // That is an end, too.
    }
  }

  @Override
  public void abort() {
    connection.reset();
  }
}
