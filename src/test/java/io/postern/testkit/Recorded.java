package io.postern.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A request as a {@link CanonicalReader} understood it.
 *
 * @param connection which connection it came on, by its place among all, from 0
 * @param startLine its first line
 * @param fields its fields, in order
 * @param content its content, as Latin-1
 * @param trailers its trailers, in order
 * @param complete whether it ended as its framing says; false where the connection ended first
 */
public record Recorded(
    int connection,
    String startLine,
    List<Field> fields,
    String content,
    List<Field> trailers,
    boolean complete) {

  private static final Set<String> TOLD =
      Set.of("host", "content-length", "transfer-encoding", "upgrade", "connection");

  /** What it asks for. */
  public String target() {
    return startLine.split(" ", -1)[1];
  }

  /**
   * What a case of a {@link Corpus} says of it, in the same words and escapes: the first line with
   * the host, the framing, an upgrade, other fields, content, trailers.
   *
   * @param added names that are not told of, because the proxy writes them into every request
   */
  public List<String> lines(List<String> added) {
    List<String> lines = new ArrayList<>();
    String host = Field.values(fields, "host").getFirst();
    lines.add(Corpus.escape((startLine + " " + host).stripTrailing()));
    Field.values(fields, "content-length")
        .forEach(length -> lines.add((length.equals("0") ? "NONE " : "LENGTH ") + length));
    Field.values(fields, "transfer-encoding").forEach(_ -> lines.add("CHUNKED -1"));
    Field.values(fields, "upgrade").forEach(protocol -> lines.add("upgrades to " + protocol));
    for (Field field : fields) {
      if (!TOLD.contains(field.name()) && !added.contains(field.name())) {
        lines.add(line(field));
      }
    }
    if (!content.isEmpty()) {
      lines.add("content " + Corpus.escape(content));
    }
    trailers.forEach(trailer -> lines.add("trailer " + line(trailer)));
    return lines;
  }

  private static String line(Field field) {
    return (field.name() + ": " + Corpus.escape(field.value())).stripTrailing();
  }
}
