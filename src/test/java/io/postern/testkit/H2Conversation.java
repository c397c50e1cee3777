package io.postern.testkit;

import io.postern.testkit.Gate.StoppedException;
import io.postern.testkit.Response.Framing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * An exchange over HTTP/2: one stream of a connection to a scripted server. Its script runs on a
 * thread of its own; what comes is handed over by the one that reads the connection.
 */
final class H2Conversation implements Conversation {

  /** What came: a piece of content, or the end of the request, good or bad. */
  private record Piece(String latin1, boolean last, List<Field> trailers, boolean broken) {

    void addTo(Tally tally) throws IOException {
      byte[] bytes = latin1.getBytes(StandardCharsets.ISO_8859_1);
      tally.add(bytes, 0, bytes.length);
    }
  }

  private static final int PIECE = 16 * 1024;

  private final ScriptedH2 connection;
  private final int id;
  private final boolean tunnel;
  private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
  private long sendWindow;
  private boolean over;

  /**
   * A stream whose head has come.
   *
   * @param tunnel whether it asks for one (RFC 8441)
   */
  H2Conversation(ScriptedH2 connection, int id, long sendWindow, boolean tunnel) {
    this.connection = connection;
    this.id = id;
    this.sendWindow = sendWindow;
    this.tunnel = tunnel;
  }

  int id() {
    return id;
  }

  // What the connection hands over.

  void onData(String latin1, boolean last) {
    pieces.add(new Piece(latin1, last, List.of(), false));
  }

  void onTrailers(List<Field> trailers) {
    pieces.add(new Piece("", true, trailers, false));
  }

  /** The peer has reset the stream, or the connection has ended. */
  void onBroken() {
    pieces.add(new Piece("", true, List.of(), true));
  }

  // What follows is called with the state of the connection locked.

  void markOver() {
    over = true;
  }

  boolean isOver() {
    return over;
  }

  void addWindow(long bytes) {
    sendWindow += bytes;
  }

  long sendWindow() {
    return sendWindow;
  }

  // What the script does.

  @Override
  public Received readContent(Tally tally) throws IOException {
    for (Piece piece = next(); ; piece = next()) {
      piece.addTo(tally);
      if (piece.last) {
        return tally.received(piece.trailers, !piece.broken);
      }
    }
  }

  @Override
  public void readSome(long length, Tally tally) throws IOException {
    while (tally.length() < length) {
      Piece piece = next();
      piece.addTo(tally);
      if (piece.last) {
        return;
      }
    }
  }

  private Piece next() throws IOException {
    try {
      Piece piece = pieces.take();
      if (!piece.latin1.isEmpty() && !piece.last) {
        connection.giveBack(id, piece.latin1.length());
      }
      return piece;
    } catch (InterruptedException interrupted) {
      throw new StoppedException();
    }
  }

  @Override
  public void head(Response response, boolean last) throws IOException {
    List<Field> fields = new ArrayList<>();
    fields.add(new Field(":status", Integer.toString(response.status())));
    if (response.framing() == Framing.LENGTH) {
      fields.add(new Field("content-length", Long.toString(response.content().length())));
    }
    lowerCase(response.fields(), fields);
    connection.headers(id, last, fields);
  }

  @Override
  public void content(byte[] bytes, int offset, int size) throws IOException {
    for (int at = 0; at < size; ) {
      int part = connection.awaitWindow(this, Math.min(PIECE, size - at));
      connection.data(id, bytes, offset + at, part, false);
      at += part;
    }
  }

  @Override
  public void end(List<Field> trailers) throws IOException {
    if (trailers.isEmpty()) {
      connection.data(id, new byte[0], 0, 0, true);
    } else {
      List<Field> fields = new ArrayList<>();
      lowerCase(trailers, fields);
      connection.headers(id, true, fields);
    }
  }

  @Override
  public void raw(String latin1) throws IOException {
    if (!tunnel) {
      throw new AssertionError("bytes for HTTP/1.1, and HTTP/2 is spoken");
    }
    byte[] bytes = latin1.getBytes(StandardCharsets.ISO_8859_1);
    content(bytes, 0, bytes.length);
  }

  private static void lowerCase(List<Field> from, List<Field> to) {
    from.forEach(f -> to.add(new Field(f.name().toLowerCase(Locale.ROOT), f.value())));
  }
}
