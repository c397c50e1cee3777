package io.postern.testkit;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** A connection of a {@link RawH2Server}. What waits fails after {@link Await#LIMIT}. */
public final class RawH2Connection implements AutoCloseable {

  private static final int PREFACE = 24;

  private final Socket socket;
  private final OutputStream out;
  private final long[] settings;
  private final Watched watched = new Watched();
  private final List<H2Frame> frames = new ArrayList<>();
  private final List<Request> requests = new ArrayList<>();
  private final DefaultHttp2HeadersDecoder hpack = new DefaultHttp2HeadersDecoder(false, 1 << 20);
  private volatile boolean answersPings = true;
  private boolean ended;

  /**
   * A field block that came: the head of a request, or its trailers.
   *
   * @param id of the stream
   * @param end whether it ends the request
   */
  public record Request(int id, List<Field> fields, boolean end) {

    /** The values of a field. */
    public List<String> values(String name) {
      return Field.values(fields, name);
    }
  }

  RawH2Connection(Socket socket, long... settings) throws IOException {
    this.socket = socket;
    this.out = socket.getOutputStream();
    this.settings = settings;
  }

  void start() {
    Thread.ofVirtual().name("raw-h2-connection").start(this::read);
  }

  /** Leaves PING unanswered from now on. */
  public RawH2Connection ignorePings() {
    answersPings = false;
    return this;
  }

  /** Waits for the field block with this place among all, from 0. */
  public Request awaitRequest(int index) {
    return watched.await(
        "request " + index, () -> requests.size() > index ? requests.get(index) : null);
  }

  /** How many field blocks have come. */
  public int requests() {
    return watched.look(requests::size);
  }

  /** Waits for a frame of a stream, the first of its type. */
  public H2Frame awaitFrame(int type, int stream) {
    return await("a frame " + type, f -> f.type() == type && f.stream() == stream);
  }

  /** Waits for RST_STREAM; answers its code. */
  public long awaitReset(int stream) {
    return awaitFrame(H2Frame.RST_STREAM, stream).int32At(0);
  }

  /** Waits for GOAWAY; answers its code. */
  public long awaitGoAway() {
    return awaitFrame(H2Frame.GOAWAY, 0).int32At(4);
  }

  /** Waits for a PING that asks. */
  public H2Frame awaitPing() {
    return await("PING", f -> f.type() == H2Frame.PING && !f.has(H2Frame.ACK));
  }

  /** Answers the first PING that came. */
  public RawH2Connection answerPing() {
    return frame(H2Frame.PING, H2Frame.ACK, 0, awaitPing().payload());
  }

  /** How many bytes more the client has let us send on a stream, or on the connection. */
  public long widened(int stream) {
    return watched.look(
        () ->
            frames.stream()
                .filter(f -> f.type() == H2Frame.WINDOW_UPDATE && f.stream() == stream)
                .mapToLong(f -> f.int32At(0))
                .sum());
  }

  /** Waits until so many bytes of content have come on a stream. */
  public void awaitContent(int stream, long bytes) {
    watched.await(
        bytes + " bytes on stream " + stream, () -> content(stream) >= bytes ? Boolean.TRUE : null);
  }

  /** How many bytes of content have come on a stream. */
  public long received(int stream) {
    return watched.look(() -> content(stream));
  }

  private long content(int stream) {
    return frames.stream()
        .filter(f -> f.type() == H2Frame.DATA && f.stream() == stream)
        .mapToLong(f -> f.unpadded().length())
        .sum();
  }

  /** Waits for the end of the connection. */
  public void awaitEnding() {
    watched.await("the end of the connection", () -> ended ? Boolean.TRUE : null);
  }

  private H2Frame await(String what, Predicate<H2Frame> wanted) {
    return watched.await(what, () -> frames.stream().filter(wanted).findFirst().orElse(null));
  }

  /** Answers with a head of these fields, names and values in turn. */
  public RawH2Connection headers(int stream, boolean end, String... namesAndValues) {
    String block = H2Frame.fieldBlock(Field.list(namesAndValues));
    int flags = H2Frame.END_HEADERS | (end ? H2Frame.END_STREAM : 0);
    return frame(H2Frame.HEADERS, flags, stream, block);
  }

  /** Answers with a status and this content. */
  public RawH2Connection answer(int stream, int status, String content) {
    headers(stream, false, ":status", Integer.toString(status));
    return data(stream, content, true);
  }

  /** Sends DATA. */
  public RawH2Connection data(int stream, String latin1, boolean end) {
    return frame(H2Frame.DATA, end ? H2Frame.END_STREAM : 0, stream, latin1);
  }

  /** Sends RST_STREAM. */
  public RawH2Connection reset(int stream, long code) {
    return frame(H2Frame.RST_STREAM, 0, stream, H2Frame.int32(code));
  }

  /** Sends GOAWAY. */
  public RawH2Connection goAway(int last, long code) {
    return frame(H2Frame.GOAWAY, 0, 0, H2Frame.int32(last) + H2Frame.int32(code));
  }

  /** Lets the client send so many bytes more; the connection is stream 0. */
  public RawH2Connection widen(int stream, int bytes) {
    return frame(H2Frame.WINDOW_UPDATE, 0, stream, H2Frame.int32(bytes));
  }

  /** Sends any frame. */
  public RawH2Connection frame(int type, int flags, int stream, String payload) {
    return write(new H2Frame(type, flags, stream, payload).bytes());
  }

  /** Sends bytes that need not be frames. */
  public synchronized RawH2Connection write(byte[] bytes) {
    try {
      out.write(bytes);
      out.flush();
      return this;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Resets the connection. */
  public void abort() {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private void read() {
    try (InputStream in = new BufferedInputStream(socket.getInputStream())) {
      if (settings.length != 1) { // one number is no SETTINGS: a test that sends its own, or none
        frame(H2Frame.SETTINGS, 0, 0, H2Frame.settings(settings));
      }
      in.readNBytes(PREFACE);
      for (H2Frame frame = H2Frame.read(in); frame != null; frame = H2Frame.read(in)) {
        onFrame(frame, in);
      }
    } catch (IOException | UncheckedIOException broken) {
      // Told by awaitEnding.
    } catch (Http2Exception | RuntimeException failure) {
      watched.fail(failure);
    }
    watched.change(() -> ended = true);
  }

  private void onFrame(H2Frame frame, InputStream in) throws IOException, Http2Exception {
    watched.change(() -> frames.add(frame));
    switch (frame.type()) {
      case H2Frame.HEADERS -> onHeaders(frame, in);
      case H2Frame.SETTINGS -> {
        if (!frame.has(H2Frame.ACK) && settings.length != 1) {
          frame(H2Frame.SETTINGS, H2Frame.ACK, 0, "");
        }
      }
      case H2Frame.PING -> {
        if (answersPings && !frame.has(H2Frame.ACK)) {
          frame(H2Frame.PING, H2Frame.ACK, 0, frame.payload());
        }
      }
      default -> {} // the test looks at it
    }
  }

  private void onHeaders(H2Frame frame, InputStream in) throws IOException, Http2Exception {
    StringBuilder block = new StringBuilder(frame.unpadded());
    for (H2Frame last = frame; !last.has(H2Frame.END_HEADERS); block.append(last.payload())) {
      last = H2Frame.read(in);
      if (last == null) {
        throw new EOFException("in a field block");
      }
    }
    byte[] bytes = block.toString().getBytes(StandardCharsets.ISO_8859_1);
    List<Field> fields = new ArrayList<>();
    hpack
        .decodeHeaders(frame.stream(), Unpooled.wrappedBuffer(bytes))
        .forEach(e -> fields.add(new Field(e.getKey().toString(), e.getValue().toString())));
    Request came = new Request(frame.stream(), fields, frame.has(H2Frame.END_STREAM));
    watched.change(() -> requests.add(came));
  }
}
