package io.postern.testkit;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP/2 client that sends any frame a test gives it, good or bad, and writes down what comes. A
 * thread of its own reads; it acknowledges SETTINGS and PING, and gives back the windows unless
 * told not to. Everything that waits has a deadline, and fails when the server breaks the protocol.
 */
public final class H2Client implements AutoCloseable {

  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  private static final long DEFAULT_WINDOW = 65_535;
  private static final int MAX_FRAME = 16 * 1024;
  private static final int INITIAL_WINDOW_SIZE = 4;

  private final RawClient connection;
  private final OutputStream out;
  private final ReentrantLock writing = new ReentrantLock();
  private final Watched watched = new Watched();
  private final Map<Integer, H2Stream> streams = new TreeMap<>();
  private final Map<Integer, Long> peerSettings = new TreeMap<>();
  private final List<String> pings = new ArrayList<>();
  private final List<GoAway> goAways = new ArrayList<>();
  private final DefaultHttp2HeadersDecoder hpack = new DefaultHttp2HeadersDecoder(false, 1 << 20);
  private volatile boolean givesBack = true;
  private boolean settingsCame;
  private boolean settingsAcked;
  private RawClient.@Nullable Ending ending;
  private long sendWindow = DEFAULT_WINDOW;
  private int nextStream = 1;

  /** What a GOAWAY says. */
  public record GoAway(int lastStream, long code, String debug) {}

  private H2Client(RawClient connection) throws IOException {
    this.connection = connection;
    this.out = connection.socket().getOutputStream();
    connection.socket().setSoTimeout(0);
  }

  /** Connects with TLS, which is to offer {@code h2}, and sends preface and empty SETTINGS. */
  public static H2Client connect(InetSocketAddress address, ClientTls tls) {
    return over(RawClient.connect(address, tls));
  }

  /** Speaks HTTP/2 on a connection as it stands: preface, and these SETTINGS. */
  public static H2Client over(RawClient connection, long... idsAndValues) {
    try {
      H2Client client = new H2Client(connection);
      connection.send(PREFACE);
      client.frame(H2Frame.SETTINGS, 0, 0, H2Frame.settings(idsAndValues));
      Thread.ofVirtual().name("h2-client").start(client::read);
      return client;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** Whether windows are given back as DATA comes (at first, yes). */
  public H2Client givesBack(boolean on) {
    givesBack = on;
    return this;
  }

  /** A GET. */
  public H2Stream get(String authority, String path) {
    return open(true, request("GET", authority, path));
  }

  /** A request with content to come. */
  public H2Stream start(String method, String authority, String path, String... more) {
    List<Field> fields = new ArrayList<>(request(method, authority, path));
    fields.addAll(Field.list(more));
    return open(false, fields);
  }

  /** The four pseudo-header fields of a request. */
  public static List<Field> request(String method, String authority, String path) {
    return Field.list(
        ":method", method, ":scheme", "https", ":authority", authority, ":path", path);
  }

  /** A request with exactly these fields in this order. */
  public H2Stream open(boolean end, List<Field> fields) {
    H2Stream stream = reserve();
    headers(stream.id(), end, fields);
    return stream;
  }

  /** The next stream without a frame sent, for a test that sends its own. */
  public H2Stream reserve() {
    return watched.look(
        () -> {
          H2Stream stream = new H2Stream(this, watched, nextStream, peerWindow());
          streams.put(nextStream, stream);
          nextStream += 2;
          return stream;
        });
  }

  /** Sends HEADERS, and as many CONTINUATION as it takes. */
  public H2Client headers(int stream, boolean end, List<Field> fields) {
    String block = H2Frame.fieldBlock(fields);
    int type = H2Frame.HEADERS;
    int flags = end ? H2Frame.END_STREAM : 0;
    writing.lock(); // what the reading thread answers may not stand in between
    try {
      for (; block.length() > MAX_FRAME; block = block.substring(MAX_FRAME)) {
        frame(type, flags, stream, block.substring(0, MAX_FRAME));
        type = H2Frame.CONTINUATION;
        flags = 0;
      }
      return frame(type, flags | H2Frame.END_HEADERS, stream, block);
    } finally {
      writing.unlock();
    }
  }

  /** Sends PING with eight bytes. */
  public H2Client ping(String latin1) {
    return frame(H2Frame.PING, 0, 0, latin1);
  }

  /** Sends GOAWAY. */
  public H2Client goAway(int lastStream, long code) {
    return frame(H2Frame.GOAWAY, 0, 0, H2Frame.int32(lastStream) + H2Frame.int32(code));
  }

  /** Sends SETTINGS, identifiers and values in turn. */
  public H2Client settings(long... idsAndValues) {
    return frame(H2Frame.SETTINGS, 0, 0, H2Frame.settings(idsAndValues));
  }

  /** Lets the server send so many bytes more on the connection. */
  public H2Client widen(int bytes) {
    return frame(H2Frame.WINDOW_UPDATE, 0, 0, H2Frame.int32(bytes));
  }

  /** Sends any frame; the payload is Latin-1. */
  public H2Client frame(int type, int flags, int stream, String payload) {
    return write(new H2Frame(type, flags, stream, payload).bytes());
  }

  H2Client frame(int type, int flags, int stream, byte[] payload) {
    return frame(type, flags, stream, new String(payload, StandardCharsets.ISO_8859_1));
  }

  /** Sends bytes that need not be frames. */
  public H2Client write(byte[] bytes) {
    writing.lock();
    try {
      out.write(bytes);
      out.flush();
      return this;
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    } finally {
      writing.unlock();
    }
  }

  /** Waits for the server's SETTINGS; identifiers and values. */
  public Map<Integer, Long> awaitSettings() {
    return watched.await("SETTINGS", () -> settingsCame ? Map.copyOf(peerSettings) : null);
  }

  /** Waits until the server has acknowledged SETTINGS of ours. */
  public void awaitSettingsAck() {
    watched.await("the acknowledgement of SETTINGS", () -> settingsAcked ? Boolean.TRUE : null);
  }

  /** Waits for the answer to a PING with these eight bytes. */
  public void awaitPing(String latin1) {
    watched.await("the PING " + latin1, () -> pings.contains(latin1) ? Boolean.TRUE : null);
  }

  /** Waits for the first GOAWAY. */
  public GoAway awaitGoAway() {
    return awaitGoAway(0);
  }

  /** Waits for a GOAWAY by its place, from 0; a drain sends two (RFC 9113 §6.8). */
  public GoAway awaitGoAway(int index) {
    return watched.await(
        "GOAWAY " + index, () -> goAways.size() > index ? goAways.get(index) : null);
  }

  /** Those that have come; one may be lost where the server closes while we send. */
  public List<GoAway> goAways() {
    return watched.look(() -> List.copyOf(goAways));
  }

  /** Waits for the end of the connection. */
  public RawClient.Ending awaitEnding() {
    return watched.await("the end of the connection", () -> ending);
  }

  /** The connection below, to reset or cut it. */
  public RawClient connection() {
    return connection;
  }

  @Override
  public void close() {
    connection.close();
  }

  /**
   * Takes from the windows what a stream may send; waits where that is nothing. Where there is
   * something it is sent even behind a reset, which another client might not have heard of yet.
   */
  int awaitWindow(H2Stream stream, int wanted) {
    return watched.await(
        "a window for stream " + stream.id(),
        () -> {
          int size = (int) Math.min(wanted, Math.min(sendWindow, stream.sendWindow()));
          if (size <= 0 && (stream.isReset() || ending != null)) {
            throw new AssertionError("stream " + stream.id() + " was over before all was sent");
          }
          if (size <= 0) {
            return null;
          }
          sendWindow -= size;
          stream.addWindow(-size);
          return size;
        });
  }

  /** Takes from the windows what was sent without asking. */
  void spend(H2Stream stream, int bytes) {
    watched.change(
        () -> {
          sendWindow -= bytes;
          stream.addWindow(-bytes);
        });
  }

  private long peerWindow() {
    return peerSettings.getOrDefault(INITIAL_WINDOW_SIZE, DEFAULT_WINDOW);
  }

  private void read() {
    RawClient.Ending how = RawClient.Ending.CLOSED;
    try (InputStream in = new BufferedInputStream(connection.socket().getInputStream())) {
      for (H2Frame frame = H2Frame.read(in); frame != null; frame = H2Frame.read(in)) {
        onFrame(frame, in);
      }
    } catch (SocketException | javax.net.ssl.SSLException | java.io.EOFException broken) {
      how = RawClient.Ending.RESET;
    } catch (IOException | RuntimeException | Http2Exception | AssertionError failure) {
      how = RawClient.Ending.RESET;
      watched.fail(failure);
    }
    RawClient.Ending told = how;
    watched.change(() -> ending = told);
    watched.fail(new IOException("the connection has ended: " + told)); // no more will come
  }

  private void onFrame(H2Frame frame, InputStream in) throws IOException, Http2Exception {
    switch (frame.type()) {
      case H2Frame.DATA -> onData(frame);
      case H2Frame.HEADERS -> onHeaders(frame, in);
      case H2Frame.RST_STREAM -> watched.change(() -> stream(frame).onReset(frame.int32At(0)));
      case H2Frame.SETTINGS -> onSettings(frame);
      case H2Frame.PING -> onPing(frame);
      case H2Frame.GOAWAY -> onGoAway(frame);
      case H2Frame.WINDOW_UPDATE -> onWindowUpdate(frame);
      default -> throw new AssertionError("a server sends no such frame: " + frame);
    }
  }

  private void onData(H2Frame frame) {
    byte[] bytes = frame.unpadded().getBytes(StandardCharsets.ISO_8859_1);
    boolean end = frame.has(H2Frame.END_STREAM);
    watched.change(() -> stream(frame).onData(bytes, end));
    int size = frame.payload().length();
    if (givesBack && size > 0) {
      widen(size);
      if (!end) {
        frame(H2Frame.WINDOW_UPDATE, 0, frame.stream(), H2Frame.int32(size));
      }
    }
  }

  private void onHeaders(H2Frame frame, InputStream in) throws IOException, Http2Exception {
    StringBuilder block = new StringBuilder(frame.unpadded());
    for (H2Frame last = frame; !last.has(H2Frame.END_HEADERS); block.append(last.payload())) {
      last = H2Frame.read(in);
      if (last == null || last.type() != H2Frame.CONTINUATION || last.stream() != frame.stream()) {
        throw new AssertionError("not the CONTINUATION of a field block: " + last);
      }
    }
    byte[] bytes = block.toString().getBytes(StandardCharsets.ISO_8859_1);
    List<Field> fields = new ArrayList<>();
    hpack
        .decodeHeaders(frame.stream(), Unpooled.wrappedBuffer(bytes))
        .forEach(e -> fields.add(new Field(e.getKey().toString(), e.getValue().toString())));
    watched.change(() -> stream(frame).onFields(fields, frame.has(H2Frame.END_STREAM)));
  }

  private void onSettings(H2Frame frame) {
    if (frame.has(H2Frame.ACK)) {
      watched.change(() -> settingsAcked = true);
      return;
    }
    watched.change(
        () -> {
          long before = peerWindow();
          for (int at = 0; at < frame.payload().length(); at += 6) {
            int id = (frame.payload().charAt(at) << 8) | frame.payload().charAt(at + 1);
            peerSettings.put(id, frame.int32At(at + 2));
          }
          long change = peerWindow() - before;
          streams.values().forEach(stream -> stream.addWindow(change));
          settingsCame = true;
        });
    frame(H2Frame.SETTINGS, H2Frame.ACK, 0, "");
  }

  private void onPing(H2Frame frame) {
    if (frame.has(H2Frame.ACK)) {
      watched.change(() -> pings.add(frame.payload()));
    } else {
      frame(H2Frame.PING, H2Frame.ACK, 0, frame.payload());
    }
  }

  private void onGoAway(H2Frame frame) {
    String debug = frame.payload().substring(8);
    GoAway came = new GoAway((int) frame.int32At(0), frame.int32At(4), debug);
    watched.change(() -> goAways.add(came));
  }

  private void onWindowUpdate(H2Frame frame) {
    long bytes = frame.int32At(0);
    watched.change(
        () -> {
          if (frame.stream() == 0) {
            sendWindow += bytes;
          } else {
            stream(frame).addWindow(bytes);
          }
        });
  }

  private H2Stream stream(H2Frame frame) {
    H2Stream stream = streams.get(frame.stream());
    if (stream == null) {
      throw new AssertionError("a frame for no stream of ours: " + frame);
    }
    return stream;
  }
}
