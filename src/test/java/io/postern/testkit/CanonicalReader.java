package io.postern.testkit;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the requests of a connection in the one form in which no two readers can understand them
 * differently, and fails for any other: RFC 9112 without a single one of its liberties. Owes
 * nothing to the code under test.
 *
 * <p>Lines end with CR LF. There is one space where the grammar has one, and none elsewhere. Names
 * are lower case, there is one Host, and at most one of Content-Length, without leading zeros, and
 * {@code transfer-encoding: chunked}; chunks have no extensions. No field is of a connection but an
 * Upgrade with its Connection, and none has a name that some server takes for one of those.
 */
public final class CanonicalReader {

  private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
  private static final Pattern START = Pattern.compile(TOKEN + " [!-~]+ HTTP/1\\.1");
  private static final Pattern FIELD =
      Pattern.compile(
          "[!#$%&'*+.^_`|~0-9a-z-]+: ([!-~\\x80-\\xff]([\\t -~\\x80-\\xff]*[!-~\\x80-\\xff])?)?");
  private static final Pattern LENGTH = Pattern.compile("0|[1-9][0-9]{0,18}");
  private static final Pattern CHUNK_SIZE = Pattern.compile("0|[1-9a-f][0-9a-f]{0,15}");

  /** By the names that CGI gives them: of these none may come in disguise. */
  private static final Pattern GUARDED =
      Pattern.compile(
          "host|content_length|transfer_encoding|connection|forwarded"
              + "|x_forwarded_(for|host|port|proto)|x_postern_(tenant|vpce)");

  private static final Pattern OF_CONNECTION =
      Pattern.compile(
          "keep-alive|proxy-connection|te|http2-settings"
              + "|proxy-authenticate|proxy-authorization");

  private final InputStream in;
  private final int connection;
  private final IntConsumer onByte;

  /**
   * Reads a connection.
   *
   * @param connection its place among all
   * @param onByte told of each byte that was read
   */
  CanonicalReader(InputStream in, int connection, IntConsumer onByte) {
    this.in = in;
    this.connection = connection;
    this.onByte = onByte;
  }

  /** The one request that these bytes are; fails where they are not one, or more. */
  public static Recorded only(byte[] bytes) {
    ByteArrayInputStream in = new ByteArrayInputStream(bytes);
    try {
      Recorded request = new CanonicalReader(in, 0, each -> {}).next();
      if (request == null || in.available() > 0) {
        throw new AssertionError("not one request: " + Corpus.escape(bytes));
      }
      return request;
    } catch (IOException cut) {
      throw new AssertionError(Corpus.escape(bytes), cut);
    }
  }

  /** The next request; null where the connection ends before its first byte. */
  @Nullable Recorded next() throws IOException {
    int first = read();
    if (first < 0) {
      return null;
    }
    String startLine = line(Character.toString(first));
    require(START.matcher(startLine).matches(), "a first line", startLine);
    List<Field> fields = fields();
    require(Field.values(fields, "host").size() == 1, "one host", fields);
    fields.forEach(CanonicalReader::requireEndToEnd);
    requireUpgradeWhole(fields);
    StringBuilder content = new StringBuilder();
    List<Field> trailers = new ArrayList<>();
    boolean complete = content(fields, content, trailers);
    return new Recorded(
        connection, startLine, fields, content.toString(), List.copyOf(trailers), complete);
  }

  private static void requireEndToEnd(Field field) {
    String name = field.name();
    String folded = name.replaceAll("[^a-z0-9]", "_");
    boolean plain = folded.replace('_', '-').equals(name);
    require(plain || !GUARDED.matcher(folded).matches(), "no field in disguise", name);
    require(!OF_CONNECTION.matcher(name).matches(), "no field of a connection", name);
  }

  private static void requireUpgradeWhole(List<Field> fields) {
    List<String> connection = Field.values(fields, "connection");
    int upgrades = Field.values(fields, "upgrade").size();
    require(
        connection.equals(upgrades == 0 ? List.of() : List.of("upgrade")) && upgrades <= 1,
        "Connection and Upgrade together or not at all",
        fields);
  }

  private boolean content(List<Field> fields, StringBuilder content, List<Field> trailers)
      throws IOException {
    List<String> length = Field.values(fields, "content-length");
    List<String> coding = Field.values(fields, "transfer-encoding");
    require(length.size() + coding.size() <= 1, "one framing", fields);
    if (!length.isEmpty()) {
      require(LENGTH.matcher(length.getFirst()).matches(), "a length", length);
      return bytes(Long.parseLong(length.getFirst()), content);
    }
    if (coding.isEmpty()) {
      return true;
    }
    require(coding.getFirst().equals("chunked"), "chunked", coding);
    try {
      return chunks(content, trailers);
    } catch (EOFException cut) {
      return false;
    }
  }

  private boolean chunks(StringBuilder content, List<Field> trailers) throws IOException {
    while (true) {
      String size = line("");
      require(CHUNK_SIZE.matcher(size).matches(), "a size of a chunk", size);
      long length = Long.parseLong(size, 16);
      if (length == 0) {
        trailers.addAll(fields());
        trailers.forEach(CanonicalReader::requireTrailer);
        return true;
      }
      if (!bytes(length, content)) {
        return false;
      }
      String end = line("");
      require(end.isEmpty(), "the end of a chunk", end);
    }
  }

  private static void requireTrailer(Field trailer) {
    requireEndToEnd(trailer);
    String folded = trailer.name().replace('-', '_');
    require(!GUARDED.matcher(folded).matches(), "no trailer that means something", trailer);
  }

  private boolean bytes(long length, StringBuilder content) throws IOException {
    for (long left = length; left > 0; left--) {
      int next = read();
      if (next < 0) {
        return false;
      }
      content.append((char) next);
    }
    return true;
  }

  private List<Field> fields() throws IOException {
    List<Field> fields = new ArrayList<>();
    for (String line = line(""); !line.isEmpty(); line = line("")) {
      require(FIELD.matcher(line).matches(), "a field", line);
      int colon = line.indexOf(':');
      fields.add(new Field(line.substring(0, colon), line.substring(colon + 2)));
    }
    return List.copyOf(fields);
  }

  /** The rest of a line, without its CR LF; neither of the two stands anywhere else. */
  private String line(String begun) throws IOException {
    StringBuilder line = new StringBuilder(begun);
    while (true) {
      int next = read();
      if (next < 0) {
        throw new EOFException("in a line: " + Corpus.escape(line));
      }
      if (next == '\r') {
        require(read() == '\n', "CR LF", line);
        return line.toString();
      }
      require(next != '\n', "CR LF", line);
      line.append((char) next);
    }
  }

  private int read() throws IOException {
    int next = in.read();
    if (next >= 0) {
      onByte.accept(next);
    }
    return next;
  }

  private static void require(boolean holds, String what, Object seen) {
    if (!holds) {
      throw new AssertionError("not " + what + ": " + Corpus.escape(seen.toString()));
    }
  }
}
