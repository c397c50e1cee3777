package io.postern.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Puts environment variables and secrets into the text of a scalar: <code>${NAME}</code>, <code>
 * ${NAME:-default}</code> (as in a shell: also where the variable is empty), <code>${file:PATH}
 * </code>, and <code>$${</code> for a plain <code>${</code>. What was put in is not looked at
 * again.
 */
final class Expansion {

  private static final int MAX_SECRET_BYTES = 64 << 10;
  private static final String FORMS = "${NAME}, ${NAME:-default}, ${file:PATH}, or $${ for a ${";
  private static final Pattern VARIABLE =
      Pattern.compile("([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?", Pattern.DOTALL);

  private final Path directory;
  private final Map<String, String> environment;

  Expansion(Path directory, Map<String, String> environment) {
    this.directory = directory;
    this.environment = environment;
  }

  /** A file that the same is put into. */
  PartFile resolved(PartFile file) {
    return new PartFile(directory.resolve(file.path()), environment);
  }

  /**
   * A text with everything put in.
   *
   * @param secret whether a secret is in it, so that it must not be shown
   */
  record Expanded(String text, boolean secret) {}

  /** Whether the content of a file is put into a text. */
  static boolean readsFile(String raw) {
    return raw.replace("$${", "").contains("${file:");
  }

  Expanded expand(String raw) throws BadValue {
    StringBuilder text = new StringBuilder(raw.length());
    boolean secret = false;
    int i = 0;
    while (i < raw.length()) {
      if (raw.startsWith("$${", i)) {
        text.append("${");
        i += 3;
      } else if (raw.startsWith("${", i)) {
        int end = raw.indexOf('}', i);
        if (end < 0) {
          throw new BadValue("a ${ is not closed", FORMS);
        }
        String inside = raw.substring(i + 2, end);
        secret |= inside.startsWith("file:");
        text.append(replacement(inside));
        i = end + 1;
      } else {
        text.append(raw.charAt(i++));
      }
    }
    return new Expanded(text.toString(), secret);
  }

  private String replacement(String inside) throws BadValue {
    if (inside.startsWith("file:")) {
      return content(inside.substring("file:".length()));
    }
    Matcher variable = VARIABLE.matcher(inside);
    if (!variable.matches() || inside.contains("${")) {
      throw new BadValue(Report.quoted("${" + inside + "}") + " is none of the forms", FORMS);
    }
    String name = variable.group(1);
    @Nullable String otherwise = variable.group(2);
    @Nullable String value = environment.get(name);
    if (otherwise != null) {
      return value == null || value.isEmpty() ? otherwise : value;
    }
    if (value == null) {
      throw new BadValue(
          "the environment variable " + name + " is not set",
          "it to be set, ${" + name + ":-default}, or $${" + name + "} for this very text");
    }
    return value;
  }

  private String content(String file) throws BadValue {
    try {
      byte[] bytes = Source.bytes(directory.resolve(file), MAX_SECRET_BYTES);
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      return text.endsWith("\r\n")
          ? text.substring(0, text.length() - 2)
          : text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    } catch (CharacterCodingException e) {
      throw new BadValue("the file " + Report.quoted(file) + " is not UTF-8", "a file in UTF-8");
    } catch (IOException e) {
      throw new BadValue(
          "the file " + Report.quoted(file) + " cannot be read: " + FileReason.of(e), "");
    } catch (InvalidPathException e) {
      throw new BadValue(Report.quoted(file) + " is not a file name", "a path");
    }
  }
}
