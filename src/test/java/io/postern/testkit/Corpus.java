package io.postern.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cases out of a text file: {@code ## name}, {@code @ } where it is written what must happen,
 * perhaps {@code # options}, the text with escapes, and {@code => } lines of what is expected.
 */
public final class Corpus {

  private static final Map<String, String> SHORT =
      Map.of(
          "{G}", "GET / HTTP/1.1\\r\\nHost: a\\r\\n",
          "{P}", "POST / HTTP/1.1\\r\\nHost: a\\r\\n",
          "{R}", "HTTP/1.1 200 OK\\r\\n");

  private static final Pattern BLOCK = Pattern.compile("^## ", Pattern.MULTILINE);
  private static final Pattern WHERE = Pattern.compile("RFC \\d{4} §\\d+(\\.\\d+)*");
  private static final Pattern REPEATED = Pattern.compile("\\{([^{}]+)\\*(\\d+)}");

  /**
   * One case; nobody compares two.
   *
   * @param name what is odd about it
   * @param why the section of the RFC that says so
   * @param options what stands behind {@code #} below the name; empty where nothing does
   * @param lines the text as it stands in the file
   * @param bytes what the text stands for, its lines joined
   * @param expected the lines, in the same escapes that {@link #escape} makes
   */
  @SuppressWarnings("ArrayRecordComponent")
  public record Case(
      String name,
      String why,
      String options,
      List<String> lines,
      byte[] bytes,
      List<String> expected) {

    /**
     * Asserts what came of the bytes in pieces that end at these places; says more where it fails.
     */
    public void check(List<String> outcome, int[] ends) {
      if (!outcome.equals(expected)) {
        assertThat(outcome).as("%s, in pieces that end at %s", name, ends).isEqualTo(expected);
      }
    }

    @Override
    public String toString() {
      return name + " (" + why + ")";
    }
  }

  private Corpus() {}

  /** The cases of a file below {@code src/test/resources/http}. */
  public static List<Case> read(String file) {
    List<Case> cases = new ArrayList<>();
    for (String block : BLOCK.splitAsStream(content(file)).toList()) {
      if (!block.startsWith("#")) {
        cases.add(parse(block));
      }
    }
    return cases;
  }

  private static Case parse(String block) {
    List<String> lines = block.lines().toList();
    String why = "";
    String options = "";
    List<String> text = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      if (line.startsWith("@ ")) {
        why = line.substring(2);
      } else if (line.startsWith("# ")) {
        options = line.substring(2);
      } else if (line.startsWith("=> ")) {
        expected.add(escape(bytes(line.substring(3))).stripTrailing());
      } else if (!line.isEmpty()) {
        text.add(line);
      }
    }
    assertThat(why).as(lines.getFirst()).matches(WHERE);
    return new Case(lines.getFirst(), why, options, text, bytes(String.join("", text)), expected);
  }

  private static String content(String file) {
    try (InputStream in = Corpus.class.getResourceAsStream("/http/" + file)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The bytes that a text with escapes stands for. */
  public static byte[] bytes(String text) {
    return text(text).getBytes(StandardCharsets.ISO_8859_1);
  }

  /** The same as Latin-1. */
  static String text(String text) {
    String whole = text;
    for (Map.Entry<String, String> entry : SHORT.entrySet()) {
      whole = whole.replace(entry.getKey(), entry.getValue());
    }
    Matcher repeated = REPEATED.matcher(whole);
    whole =
        repeated.replaceAll(
            m -> Matcher.quoteReplacement(m.group(1).repeat(Integer.parseInt(m.group(2)))));
    StringBuilder bytes = new StringBuilder();
    for (int i = 0; i < whole.length(); i++) {
      char c = whole.charAt(i);
      if (c != '\\') {
        bytes.append(c);
        continue;
      }
      switch (whole.charAt(++i)) {
        case 'r' -> bytes.append('\r');
        case 'n' -> bytes.append('\n');
        case 't' -> bytes.append('\t');
        case '\\' -> bytes.append('\\');
        case 'x' -> {
          bytes.append((char) Integer.parseInt(whole.substring(i + 1, i + 3), 16));
          i += 2;
        }
        default -> throw new IllegalArgumentException("escape in " + text);
      }
    }
    return bytes.toString();
  }

  /** Bytes as a text with escapes. */
  public static String escape(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (byte b : bytes) {
      switch (b) {
        case '\r' -> text.append("\\r");
        case '\n' -> text.append("\\n");
        case '\t' -> text.append("\\t");
        case '\\' -> text.append("\\\\");
        default -> {
          if (b >= 0x20 && b < 0x7F) {
            text.append((char) b);
          } else {
            text.append("\\x%02x".formatted(b & 0xFF));
          }
        }
      }
    }
    return text.toString();
  }

  /** A text of single-byte characters with escapes. */
  public static String escape(CharSequence text) {
    return escape(text.toString().getBytes(StandardCharsets.ISO_8859_1));
  }
}
