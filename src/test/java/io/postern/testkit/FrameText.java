package io.postern.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Frames of HTTP/2 as lines of text. {@code HEADERS name=value | name=value} is a whole field block
 * that ends the stream, {@code DATA text} the last of the content; with a {@code +} behind the
 * first word more is to come. {@code FRAME type flags stream payload} is any other, where {@code S}
 * is the stream of the case. Names, values, text and payload have the escapes of a {@link Corpus}.
 *
 * <p>{@code {GET}} and {@code {POST}} are the four pseudo-fields of a request for {@code /} of the
 * host {@code a}.
 */
public final class FrameText {

  private static final Map<String, String> SHORT =
      Map.of(
          "{GET}", ":method=GET | :scheme=https | :authority=a | :path=/",
          "{POST}", ":method=POST | :scheme=https | :authority=a | :path=/");

  private static final Pattern BETWEEN = Pattern.compile(" | ", Pattern.LITERAL);

  private FrameText() {}

  /** The frames of these lines, for a stream. */
  public static List<H2Frame> frames(List<String> lines, int stream) {
    return lines.stream().map(line -> frame(line, stream)).toList();
  }

  private static H2Frame frame(String line, int stream) {
    String[] parts = line.split(" ", 2);
    String rest = parts.length == 1 ? "" : parts[1];
    int end = parts[0].endsWith("+") ? 0 : H2Frame.END_STREAM;
    return switch (parts[0]) {
      case "HEADERS", "HEADERS+" ->
          new H2Frame(
              H2Frame.HEADERS, end | H2Frame.END_HEADERS, stream, H2Frame.fieldBlock(fields(rest)));
      case "DATA", "DATA+" -> new H2Frame(H2Frame.DATA, end, stream, Corpus.text(rest));
      case "FRAME" -> raw(rest.split(" ", 4), stream);
      default -> throw new IllegalArgumentException("not a frame: " + line);
    };
  }

  private static H2Frame raw(String[] parts, int stream) {
    int to = parts[2].equals("S") ? stream : Integer.parseInt(parts[2]);
    String payload = parts.length < 4 ? "" : Corpus.text(parts[3]);
    return new H2Frame(Integer.decode(parts[0]), Integer.decode(parts[1]), to, payload);
  }

  /** The fields of a block. */
  public static List<Field> fields(String text) {
    String whole = text;
    for (Map.Entry<String, String> entry : SHORT.entrySet()) {
      whole = whole.replace(entry.getKey(), entry.getValue());
    }
    List<Field> fields = new ArrayList<>();
    for (String field : whole.isEmpty() ? new String[0] : BETWEEN.split(whole, -1)) {
      int equals = field.indexOf('=');
      fields.add(
          new Field(
              Corpus.text(field.substring(0, equals)), Corpus.text(field.substring(equals + 1))));
    }
    return fields;
  }
}
