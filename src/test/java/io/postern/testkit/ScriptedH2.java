package io.postern.testkit;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Gate.StoppedException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A connection to a scripted server whose client began with the preface of HTTP/2. One thread reads
 * it; each stream carries out its script on a thread of its own. Windows are given back as a script
 * reads, those of the connection at once.
 */
final class ScriptedH2 {

  /** What a client of HTTP/2 begins with, as a head of HTTP/1.1; {@link #REST} follows. */
  static final String PREFACE = "PRI * HTTP/2.0";

  /** How the script of a stream ends the connection. */
  @FunctionalInterface
  interface Ender {
    void end(End how) throws IOException;
  }

  private static final String REST = "SM\r\n\r\n";
  private static final int DEFAULT_WINDOW = 65_535;
  private static final int WINDOW = 1 << 20;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int ENABLE_CONNECT_PROTOCOL = 8;
  private static final long INTERNAL_ERROR = 0x2;

  private final ScriptedServer server;
  private final int index;
  private final InputStream in;
  private final OutputStream out;
  private final Ender ender;
  private final ReentrantLock writing = new ReentrantLock();
  private final Watched watched = new Watched();
  private final Map<Integer, H2Conversation> streams = new TreeMap<>();
  private final Map<Integer, Request> requests = new TreeMap<>();
  private final ExecutorService scripts = Executors.newVirtualThreadPerTaskExecutor();
  private final DefaultHttp2HeadersDecoder hpack = new DefaultHttp2HeadersDecoder(false, 1 << 20);
  private long peerWindow = DEFAULT_WINDOW;
  private long sendWindow = DEFAULT_WINDOW;

  ScriptedH2(ScriptedServer server, int index, InputStream in, OutputStream out, Ender ender) {
    this.server = server;
    this.index = index;
    this.in = in;
    this.out = out;
    this.ender = ender;
  }

  /** Serves until the connection ends; the first half of the preface has been read. */
  void serve() throws IOException {
    if (!new String(in.readNBytes(REST.length()), StandardCharsets.ISO_8859_1).equals(REST)) {
      throw new AssertionError("half a preface");
    }
    String settings = H2Frame.settings(INITIAL_WINDOW_SIZE, WINDOW, ENABLE_CONNECT_PROTOCOL, 1);
    frame(H2Frame.SETTINGS, 0, 0, settings);
    frame(H2Frame.WINDOW_UPDATE, 0, 0, H2Frame.int32(WINDOW - DEFAULT_WINDOW));
    try {
      for (H2Frame frame = H2Frame.read(in); frame != null; frame = H2Frame.read(in)) {
        onFrame(frame);
      }
    } catch (Http2Exception bad) {
      throw new AssertionError(bad);
    } finally {
      streams.values().forEach(this::breakOff);
    }
  }

  /** Interrupts what scripts are still under way, and waits for them. */
  void stop() {
    scripts.shutdownNow();
    scripts.close();
  }

  private void onFrame(H2Frame frame) throws IOException, Http2Exception {
    switch (frame.type()) {
      case H2Frame.HEADERS -> onHeaders(frame);
      case H2Frame.DATA -> onData(frame);
      case H2Frame.RST_STREAM -> {
        known(requests, frame).resetCame(frame.int32At(0));
        breakOff(known(streams, frame));
      }
      case H2Frame.SETTINGS -> onSettings(frame);
      case H2Frame.PING -> {
        if (!frame.has(H2Frame.ACK)) {
          frame(H2Frame.PING, H2Frame.ACK, 0, frame.payload());
        }
      }
      case H2Frame.WINDOW_UPDATE -> onWindowUpdate(frame);
      case H2Frame.GOAWAY -> {} // the end of the connection follows
      default -> throw new AssertionError("a client sends no such frame: " + frame);
    }
  }

  private void onHeaders(H2Frame frame) throws IOException, Http2Exception {
    StringBuilder block = new StringBuilder(frame.unpadded());
    for (H2Frame last = frame; !last.has(H2Frame.END_HEADERS); block.append(last.payload())) {
      last = H2Frame.read(in);
      if (last == null || last.type() != H2Frame.CONTINUATION) {
        throw new EOFException("in a field block: " + last);
      }
    }
    byte[] bytes = block.toString().getBytes(StandardCharsets.ISO_8859_1);
    List<Field> fields = new ArrayList<>();
    hpack
        .decodeHeaders(frame.stream(), Unpooled.wrappedBuffer(bytes))
        .forEach(e -> fields.add(new Field(e.getKey().toString(), e.getValue().toString())));
    H2Conversation known = streams.get(frame.stream());
    if (known != null) {
      known.onTrailers(fields);
    } else {
      open(frame.stream(), fields, frame.has(H2Frame.END_STREAM));
    }
  }

  private void open(int id, List<Field> fields, boolean last) {
    H2Conversation opened =
        watched.look(
            () -> {
              boolean tunnel = !Field.values(fields, ":protocol").isEmpty();
              H2Conversation stream = new H2Conversation(this, id, peerWindow, tunnel);
              streams.put(id, stream);
              return stream;
            });
    if (last) {
      opened.onData("", true);
    }
    Request request = new Request(index, head(fields));
    requests.put(id, request);
    server.came(request);
    scripts.execute(() -> perform(request, opened));
  }

  /** The head as one of HTTP/1.1: the script and the test see no difference. */
  private static Head head(List<Field> fields) {
    String line =
        Field.values(fields, ":method").getFirst()
            + " "
            + Field.values(fields, ":path").getFirst()
            + " HTTP/2";
    List<Field> others = new ArrayList<>();
    Field.values(fields, ":authority").forEach(host -> others.add(new Field("host", host)));
    fields.stream().filter(f -> !f.name().startsWith(":")).forEach(others::add);
    return new Head("", line, List.copyOf(others));
  }

  private void perform(Request request, H2Conversation stream) {
    try {
      End end = new Performance(request, stream).run(server.behaviourFor(request));
      if (end == End.ABORT) {
        frame(H2Frame.RST_STREAM, 0, stream.id(), H2Frame.int32(INTERNAL_ERROR));
      } else if (end == End.FINISH) {
        stream.end(List.of());
      } else if (end != null) {
        ender.end(end);
      }
    } catch (IOException | StoppedException broken) {
      // The peer has given it up, or the server was closed.
    } catch (Throwable failure) {
      server.failed(failure);
    }
  }

  private void onData(H2Frame frame) throws IOException {
    known(streams, frame).onData(frame.unpadded(), frame.has(H2Frame.END_STREAM));
    if (!frame.payload().isEmpty()) {
      frame(H2Frame.WINDOW_UPDATE, 0, 0, H2Frame.int32(frame.payload().length()));
    }
  }

  private void onSettings(H2Frame frame) throws IOException {
    if (frame.has(H2Frame.ACK)) {
      return;
    }
    for (int at = 0; at < frame.payload().length(); at += 6) {
      int id = (frame.payload().charAt(at) << 8) | frame.payload().charAt(at + 1);
      if (id == INITIAL_WINDOW_SIZE) {
        long window = frame.int32At(at + 2);
        watched.change(
            () -> {
              streams.values().forEach(stream -> stream.addWindow(window - peerWindow));
              peerWindow = window;
            });
      }
    }
    frame(H2Frame.SETTINGS, H2Frame.ACK, 0, "");
  }

  private void onWindowUpdate(H2Frame frame) {
    long bytes = frame.int32At(0);
    watched.change(
        () -> {
          if (frame.stream() == 0) {
            sendWindow += bytes;
          } else {
            known(streams, frame).addWindow(bytes);
          }
        });
  }

  private static <T> T known(Map<Integer, T> all, H2Frame frame) {
    T one = all.get(frame.stream());
    if (one == null) {
      throw new AssertionError("a frame for no stream: " + frame);
    }
    return one;
  }

  private void breakOff(H2Conversation stream) {
    watched.change(stream::markOver);
    stream.onBroken();
  }

  // What streams ask for.

  void giveBack(int id, int bytes) throws IOException {
    frame(H2Frame.WINDOW_UPDATE, 0, id, H2Frame.int32(bytes));
  }

  /** Takes from the windows what a stream may send; waits where that is nothing. */
  int awaitWindow(H2Conversation stream, int wanted) throws IOException {
    int size =
        watched.await(
            "a window for stream " + stream.id(),
            () -> {
              if (stream.isOver()) {
                return -1;
              }
              int most = (int) Math.min(wanted, Math.min(sendWindow, stream.sendWindow()));
              if (most <= 0) {
                return null;
              }
              sendWindow -= most;
              stream.addWindow(-most);
              return most;
            });
    if (size < 0) {
      throw new EOFException("stream " + stream.id() + " is over");
    }
    return size;
  }

  void headers(int id, boolean last, List<Field> fields) throws IOException {
    int flags = H2Frame.END_HEADERS | (last ? H2Frame.END_STREAM : 0);
    frame(H2Frame.HEADERS, flags, id, H2Frame.fieldBlock(fields));
  }

  void data(int id, byte[] bytes, int offset, int size, boolean last) throws IOException {
    byte[] piece = Arrays.copyOfRange(bytes, offset, offset + size);
    String payload = new String(piece, StandardCharsets.ISO_8859_1);
    frame(H2Frame.DATA, last ? H2Frame.END_STREAM : 0, id, payload);
  }

  private void frame(int type, int flags, int stream, String payload) throws IOException {
    byte[] bytes = new H2Frame(type, flags, stream, payload).bytes();
    writing.lock();
    try {
      out.write(bytes);
      out.flush();
    } finally {
      writing.unlock();
    }
  }
}
