package io.postern.testkit;

import java.io.IOException;
import java.util.List;

/**
 * What a scripted server does, with a connection or with a request, whichever of HTTP/1.1 and
 * HTTP/2 its client began with. A closed port refuses.
 */
public sealed interface Behaviour {

  /** How a connection ends. */
  enum End {
    /** A FIN, after a close_notify where there is TLS. What still comes is read and dropped. */
    CLOSE,
    /** A FIN without a close_notify. What still comes is read and dropped. */
    CUT,
    /** An RST. */
    RESET,
    /** RST_STREAM of the request alone; HTTP/1.1 knows no such, and sends an RST. */
    ABORT,
    /** END_STREAM of the request alone; HTTP/1.1 knows no such, and sends a FIN. */
    FINISH,
    /** It stays, and nothing more comes. What still comes is read and dropped. */
    STALL
  }

  /** What is done with a connection before a request is read. */
  sealed interface OnConnection extends Behaviour {}

  /** What is done with a request whose head was read. */
  sealed interface OnRequest extends Behaviour {}

  /** Reads requests and does with each what its path says. */
  record Serve() implements OnConnection {}

  /**
   * Ends the connection without a byte sent. RESET waits for the first byte that comes, since to a
   * peer that is still connecting an RST looks like a refusal. STALL reads all, and never answers.
   */
  record EndOnAccept(End end) implements OnConnection {}

  /** Waits for the first byte, sends these bytes in plain, whatever came, and closes. */
  record SayOnAccept(String bytes) implements OnConnection {}

  /** Reads the content, then answers. */
  record Respond(Response response) implements OnRequest {}

  /** Answers before the content is read, and reads it then. */
  record RespondEarly(Response response) implements OnRequest {}

  /** Reads some of the content, and ends the connection without an answer. */
  record EndAfter(long content, End end) implements OnRequest {}

  /** Reads the content, sends the head and so many bytes of content, and ends the connection. */
  record Truncate(Response response, long content, End end) implements OnRequest {}

  /**
   * Reads the content, answers, and closes without having said so, as at the end of an idle time.
   */
  record RespondAndClose(Response response) implements OnRequest {}

  /**
   * Reads the content, and sends these bytes, of HTTP/1.1; then the connection ends, or serves on.
   */
  record Raw(String bytes, List<End> end) implements OnRequest {

    /** A first line that is none. */
    public static Raw badStatusLine() {
      return new Raw("HTTP/1.1 2OO OK\r\nContent-Length: 0\r\n\r\n", List.of(End.STALL));
    }

    /** A chunk whose size is no number, after one that is good. */
    public static Raw badChunk() {
      return new Raw(
          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nxyz\r\n",
          List.of(End.STALL));
    }

    /** More content than the head announced. */
    public static Raw overLong() {
      return new Raw("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef", List.of());
    }
  }

  /** Reads the content, and answers piece by piece: each but the first goes through the gate. */
  record Drip(Response response, int pieceSize, Gate gate) implements OnRequest {}

  /** Goes through a gate before anything else: no content is read until it opens. */
  record Hold(Gate gate, OnRequest next) implements OnRequest {}

  /** Sends heads that another follows, before anything else. */
  record Inform(List<Response> heads, OnRequest next) implements OnRequest {}

  /** Answers at once, with each piece of content as soon as it came. */
  record Echo() implements OnRequest {}

  /** Anything else. */
  record Custom(Script script) implements OnRequest {}

  /** What a test does with a request by itself. */
  @FunctionalInterface
  interface Script {
    void run(Request request, Wire wire) throws IOException;
  }

  /** The connection, for a script. */
  interface Wire {
    /** Sends the head of a response; what is its content, the script says. */
    void head(Response response) throws IOException;

    /** Sends bytes at once; over HTTP/2 only in a tunnel. */
    void send(String latin1) throws IOException;

    /** Reads the content of the request to its end. */
    void readContent() throws IOException;

    /** Reads exactly so many bytes, whatever they are; fewer where the client ends before. */
    String read(int length) throws IOException;

    /** Reads bytes to the client's end and drops them; answers how many they were. */
    long readToEnd() throws IOException;

    /** Ends the connection. */
    void end(End end) throws IOException;
  }
}
