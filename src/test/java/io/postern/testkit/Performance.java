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
import java.io.EOFException;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One request's script being carried out; owned by the thread that does it. */
final class Performance implements Behaviour.Wire {

  private static final int PIECE = 16 * 1024;

  private final Request request;
  private final Conversation peer;
  private @Nullable End end;

  Performance(Request request, Conversation peer) {
    this.request = request;
    this.peer = peer;
  }

  /** Carries it out; answers how the exchange or its connection is to end, or null for well. */
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
          peer.head(head, false);
        }
        perform(next);
      }
      case Echo() -> echo();
      case Custom(Behaviour.Script script) -> script.run(request, this);
    }
  }

  @Override
  public void head(Response response) throws IOException {
    peer.head(response, false);
  }

  @Override
  public void send(String latin1) throws IOException {
    peer.raw(latin1);
  }

  @Override
  public void readContent() throws IOException {
    readContent(new Tally((_, _, size) -> request.pieceCame(size)));
  }

  @Override
  public String read(int length) throws IOException {
    Tally tally = new Tally();
    peer.readSome(length, tally);
    return tally.received(List.of(), true).text();
  }

  @Override
  public long readToEnd() throws IOException {
    Tally tally = new Tally();
    peer.readSome(Long.MAX_VALUE, tally);
    return tally.length();
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
      Received received = peer.readContent(tally);
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
      peer.readSome(length, tally);
    } finally {
      request.contentCame(tally.received(List.of(), false));
    }
  }

  private void respondToAll(Response response) throws IOException {
    readContent();
    respond(response);
  }

  private void respond(Response response) throws IOException {
    boolean headOnly = request.method().equals("HEAD");
    peer.head(response, headOnly);
    if (!headOnly) {
      sendContent(response, response.content().length());
      peer.end(response.trailers());
    }
    end = response.framing() == Framing.CLOSE ? End.CLOSE : null;
  }

  private void truncate(Response response, long content) throws IOException {
    readContent();
    peer.head(response, false);
    sendContent(response, content);
  }

  private void drip(Response response, int pieceSize, Gate gate) throws IOException {
    readContent();
    peer.head(response, false);
    long length = response.content().length();
    for (long at = 0; at < length; at += pieceSize) {
      if (at > 0) {
        gate.pass();
      }
      sendPiece(response, at, Math.min(length, at + pieceSize));
    }
    gate.pass();
    peer.end(response.trailers());
  }

  private void echo() throws IOException {
    peer.head(Response.of(200, Content.EMPTY).chunked(), false);
    readContent(new Tally(peer::content));
    peer.end(List.of());
  }

  private void sendContent(Response response, long to) throws IOException {
    for (long at = 0; at < to; at += PIECE) {
      sendPiece(response, at, Math.min(to, at + PIECE));
    }
  }

  private void sendPiece(Response response, long from, long to) throws IOException {
    int size = (int) (to - from);
    peer.content(response.content().slice(from, size), 0, size);
  }
}
