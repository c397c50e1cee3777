package io.postern.testkit;

import io.postern.testkit.Behaviour.Custom;
import io.postern.testkit.Behaviour.Drip;
import io.postern.testkit.Behaviour.Echo;
import io.postern.testkit.Behaviour.End;
import io.postern.testkit.Behaviour.EndAfter;
import io.postern.testkit.Behaviour.Hold;
import io.postern.testkit.Behaviour.Inform;
import io.postern.testkit.Behaviour.OnRequest;
import io.postern.testkit.Behaviour.Raw;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.Behaviour.RespondAndClose;
import io.postern.testkit.Behaviour.RespondEarly;
import io.postern.testkit.Behaviour.Truncate;
import io.postern.testkit.Response.Framing;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One request's script being carried out; owned by the thread of its connection. */
final class Performance implements Behaviour.Wire {

  private static final int PIECE = 16 * 1024;

  private final Request request;
  private final WireReader reader;
  private final OutputStream out;
  private @Nullable End end;

  Performance(Request request, WireReader reader, OutputStream out) {
    this.request = request;
    this.reader = reader;
    this.out = new BufferedOutputStream(out, 2 * PIECE);
  }

  /** Carries it out; answers how the connection is to end, or null where it serves on. */
  @Nullable End run(OnRequest behaviour) throws IOException {
    try {
      perform(behaviour);
      if (end == null) {
        readContent();
      }
      return end;
    } finally {
      // Whoever waits for the content learns that no more will come.
      request.contentCame(new Tally().received(List.of(), false));
    }
  }

  private void perform(OnRequest behaviour) throws IOException {
    switch (behaviour) {
      case Respond(Response response) -> respondToAll(response);
      case RespondEarly(Response response) -> respond(response);
      case RespondAndClose(Response response) -> {
        respondToAll(response);
        end = End.CLOSE;
      }
      case Truncate(Response response, long content, End how) -> {
        truncate(response, content);
        end = how;
      }
      case EndAfter(long content, End how) -> {
        readSome(content);
        end = how;
      }
      case Raw(String bytes, List<End> how) -> {
        readContent();
        send(bytes);
        end = how.isEmpty() ? null : how.getFirst();
      }
      case Drip(Response response, int pieceSize, Gate gate) -> drip(response, pieceSize, gate);
      case Hold(Gate gate, OnRequest next) -> {
        gate.pass();
        perform(next);
      }
      case Inform(List<Response> heads, OnRequest next) -> {
        for (Response head : heads) {
          send(head.head());
        }
        perform(next);
      }
      case Echo() -> echo();
      case Custom(Behaviour.Script script) -> script.run(request, this);
    }
  }

  @Override
  public void send(String latin1) throws IOException {
    write(latin1);
    out.flush();
  }

  @Override
  public void readContent() throws IOException {
    readContent(new Tally());
  }

  @Override
  public void end(End how) {
    end = how;
  }

  private void readContent(Tally tally) throws IOException {
    if (request.contentEnded()) {
      return;
    }
    try {
      Received received = reader.readContent(request.head(), false, tally);
      request.contentCame(received);
      if (!received.complete()) {
        throw new EOFException("in the content");
      }
    } catch (IOException broken) {
      request.contentCame(tally.received(List.of(), false));
      throw broken;
    }
  }

  private void readSome(long length) throws IOException {
    Tally tally = new Tally();
    try {
      reader.read(length, tally);
    } finally {
      request.contentCame(tally.received(List.of(), false));
    }
  }

  private void respondToAll(Response response) throws IOException {
    readContent();
    respond(response);
  }

  private void respond(Response response) throws IOException {
    send(response.head());
    if (!request.method().equals("HEAD")) {
      sendContent(response, response.content().length());
      sendEnd(response);
    }
    end = response.framing() == Framing.CLOSE ? End.CLOSE : null;
  }

  private void truncate(Response response, long content) throws IOException {
    readContent();
    send(response.head());
    sendContent(response, content);
  }

  private void drip(Response response, int pieceSize, Gate gate) throws IOException {
    readContent();
    send(response.head());
    long length = response.content().length();
    for (long at = 0; at < length; at += pieceSize) {
      if (at > 0) {
        gate.pass();
      }
      sendPiece(response, at, Math.min(length, at + pieceSize));
    }
    gate.pass();
    sendEnd(response);
  }

  private void echo() throws IOException {
    Response response = Response.of(200, Content.EMPTY).chunked();
    send(response.head());
    readContent(
        new Tally(
            (bytes, offset, size) -> {
              write(Integer.toHexString(size) + "\r\n");
              out.write(bytes, offset, size);
              send("\r\n");
            }));
    sendEnd(response);
  }

  private void write(String latin1) throws IOException {
    out.write(latin1.getBytes(StandardCharsets.ISO_8859_1));
  }

  private void sendContent(Response response, long to) throws IOException {
    for (long at = 0; at < to; at += PIECE) {
      sendPiece(response, at, Math.min(to, at + PIECE));
    }
  }

  private void sendPiece(Response response, long from, long to) throws IOException {
    boolean chunked = response.framing() == Framing.CHUNKED;
    if (chunked) {
      write(Long.toHexString(to - from) + "\r\n");
    }
    response.content().writeTo(out, from, to);
    if (chunked) {
      write("\r\n");
    }
    out.flush();
  }

  private void sendEnd(Response response) throws IOException {
    if (response.framing() == Framing.CHUNKED) {
      StringBuilder last = new StringBuilder("0\r\n");
      for (Field trailer : response.trailers()) {
        last.append(trailer.name()).append(": ").append(trailer.value()).append("\r\n");
      }
      send(last.append("\r\n").toString());
    }
  }
}
