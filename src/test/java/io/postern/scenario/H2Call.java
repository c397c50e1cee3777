package io.postern.scenario;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.postern.testkit.Answer;
import io.postern.testkit.Content;
import io.postern.testkit.Field;
import io.postern.testkit.H2Client;
import io.postern.testkit.H2Stream;
import io.postern.testkit.H2Stream.Head2;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/** A request over HTTP/2. */
record H2Call(H2Client client, H2Stream stream, AtomicLong taken) implements Call {

  private static final int PIECE = 16 * 1024;
  private static final long CANCEL = 0x8;

  H2Call(H2Client client, H2Stream stream) {
    this(client, stream, new AtomicLong());
  }

  /** The fields of a request; names may be written as over HTTP/1.1. */
  static List<Field> head(String method, String path, String... namesAndValues) {
    List<Field> fields = new ArrayList<>(H2Client.request(method, Version.HOST, path));
    for (Field each : Field.list(namesAndValues)) {
      fields.add(new Field(each.name().toLowerCase(Locale.ROOT), each.value()));
    }
    return fields;
  }

  @Override
  public Call send(String latin1) {
    return send(Content.text(latin1));
  }

  @Override
  public Call send(Content content) {
    for (long at = 0; at < content.length(); at += PIECE) {
      int size = (int) Math.min(PIECE, content.length() - at);
      stream.send(Content.text(new String(content.slice(at, size), ISO_8859_1)));
      taken.addAndGet(size);
    }
    return this;
  }

  @Override
  public long sent() {
    return taken.get();
  }

  @Override
  public Call end() {
    stream.end();
    return this;
  }

  @Override
  public Call trailers(String... namesAndValues) {
    stream.trailers(namesAndValues);
    return this;
  }

  @Override
  public Head2 head() {
    return stream.awaitHead();
  }

  @Override
  public List<Head2> informational() {
    return stream.informational();
  }

  @Override
  public Answer answer() {
    return stream.answer();
  }

  @Override
  public void awaitCut() {
    stream.awaitReset();
  }

  @Override
  public void abort() {
    stream.reset(CANCEL);
  }
}
