package io.postern.testkit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request of an {@link H2Client}, and what comes back. */
public final class H2Stream {

  private static final int PIECE = 16 * 1024;

  private final H2Client client;
  private final Watched watched;
  private final int id;
  private final List<Head2> informational = new ArrayList<>();
  private final Tally tally = new Tally();
  private @Nullable Head2 head;
  private @Nullable Answer answer;
  private @Nullable Long resetCode;
  private long sendWindow;

  /** A head of a response. */
  public record Head2(int status, List<Field> fields) {}

  H2Stream(H2Client client, Watched watched, int id, long sendWindow) {
    this.client = client;
    this.watched = watched;
    this.id = id;
    this.sendWindow = sendWindow;
  }

  /** The identifier. */
  public int id() {
    return id;
  }

  /** Sends a DATA frame, whatever the windows say. */
  public H2Stream data(String latin1, boolean end) {
    client.frame(H2Frame.DATA, end ? H2Frame.END_STREAM : 0, id, latin1);
    client.spend(this, latin1.length());
    return this;
  }

  /** Sends content as fast as the windows allow, and no end; waits for them if it must. */
  public H2Stream send(Content content) {
    for (long at = 0; at < content.length(); ) {
      int size = client.awaitWindow(this, (int) Math.min(PIECE, content.length() - at));
      client.frame(H2Frame.DATA, 0, id, content.slice(at, size));
      at += size;
    }
    return this;
  }

  /** Ends the request with an empty DATA frame. */
  public H2Stream end() {
    return data("", true);
  }

  /** Ends the request with trailers, names and values in turn. */
  public H2Stream trailers(String... namesAndValues) {
    client.headers(id, true, Field.list(namesAndValues));
    return this;
  }

  /** Sends RST_STREAM. */
  public H2Stream reset(long code) {
    client.frame(H2Frame.RST_STREAM, 0, id, H2Frame.int32(code));
    return this;
  }

  /** Lets the server send so many bytes more on this stream. */
  public H2Stream widen(int bytes) {
    client.frame(H2Frame.WINDOW_UPDATE, 0, id, H2Frame.int32(bytes));
    return this;
  }

  /** Waits for the final head. */
  public Head2 awaitHead() {
    return watched.await("the head of stream " + id, () -> head);
  }

  /** The heads before the final one, as far as they have come. */
  public List<Head2> informational() {
    return watched.look(() -> List.copyOf(informational));
  }

  /** Waits until at least so many bytes of content have come. */
  public void awaitReceived(long bytes) {
    watched.await(
        bytes + " bytes on stream " + id, () -> tally.length() >= bytes ? Boolean.TRUE : null);
  }

  /** How many bytes of content have come. */
  public long received() {
    return watched.look(tally::length);
  }

  /** The content that has come between two places of it, which are near its beginning. */
  public String text(int from, int to) {
    return watched.look(() -> tally.beginning().substring(from, to));
  }

  /** Waits for the whole response. */
  public Answer answer() {
    return watched.await("the end of stream " + id, () -> answer);
  }

  /** Waits for RST_STREAM; answers its code. */
  public long awaitReset() {
    return watched.await("the reset of stream " + id, () -> resetCode);
  }

  /** Whether it is over, either way. */
  public boolean isOver() {
    return watched.look(() -> answer != null || resetCode != null);
  }

  // What follows is called with the state locked.

  void onFields(List<Field> fields, boolean end) {
    if (head == null) {
      onHead(fields, end);
    } else if (end) {
      finish(fields);
    } else {
      throw new AssertionError("trailers that end nothing on stream " + id);
    }
  }

  private void onHead(List<Field> fields, boolean end) {
    int status = Integer.parseInt(Field.values(fields, ":status").getFirst());
    List<Field> others = fields.stream().filter(f -> !f.name().startsWith(":")).toList();
    Head2 came = new Head2(status, others);
    if (status < 200) {
      informational.add(came);
      return;
    }
    head = came;
    if (end) {
      finish(List.of());
    }
  }

  void onData(byte[] bytes, boolean end) {
    if (head == null || answer != null) {
      throw new AssertionError("DATA where none may be on stream " + id);
    }
    tally.addPiece(bytes);
    if (end) {
      finish(List.of());
    }
  }

  void onReset(long code) {
    resetCode = code;
  }

  void addWindow(long bytes) {
    sendWindow += bytes;
  }

  long sendWindow() {
    return sendWindow;
  }

  boolean isReset() {
    return resetCode != null;
  }

  private void finish(List<Field> trailers) {
    Head2 came = head;
    if (came != null) {
      answer = new Answer(came.status(), came.fields(), tally.received(trailers, true));
    }
  }
}
