package io.postern.testkit;

import io.postern.testkit.Response.Framing;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** An exchange over HTTP/1.1; owned by the thread of its connection. */
final class H1Conversation implements Conversation {

  private final Head request;
  private final WireReader reader;
  private final OutputStream out;
  private boolean chunked;

  H1Conversation(Head request, WireReader reader, OutputStream out) {
    this.request = request;
    this.reader = reader;
    this.out = new BufferedOutputStream(out, 32 * 1024);
  }

  @Override
  public Received readContent(Tally tally) throws IOException {
    return reader.readContent(request, false, tally);
  }

  @Override
  public void readSome(long length, Tally tally) throws IOException {
    reader.read(length, tally);
  }

  @Override
  public void head(Response response, boolean last) throws IOException {
    chunked = response.framing() == Framing.CHUNKED;
    raw(response.head());
  }

  @Override
  public void content(byte[] bytes, int offset, int size) throws IOException {
    if (chunked) {
      write(Integer.toHexString(size) + "\r\n");
    }
    out.write(bytes, offset, size);
    if (chunked) {
      write("\r\n");
    }
    out.flush();
  }

  @Override
  public void end(List<Field> trailers) throws IOException {
    if (chunked) {
      StringBuilder last = new StringBuilder("0\r\n");
      for (Field trailer : trailers) {
        last.append(trailer.name()).append(": ").append(trailer.value()).append("\r\n");
      }
      raw(last.append("\r\n").toString());
    }
  }

  @Override
  public void raw(String latin1) throws IOException {
    write(latin1);
    out.flush();
  }

  private void write(String latin1) throws IOException {
    out.write(latin1.getBytes(StandardCharsets.ISO_8859_1));
  }
}
