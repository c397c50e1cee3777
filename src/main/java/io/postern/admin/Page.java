package io.postern.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Supplier;

/**
 * Something that is told: to people as lines of text, to programs as a JSON object. Of the two only
 * that is made which is asked for.
 *
 * @param words makes the lines, each ended
 * @param members writes what is in the object
 */
record Page(Supplier<String> words, Members members) {

  static final JsonFactory JSON = new JsonFactory();

  /** Writes members of a JSON object that has begun. */
  interface Members {
    void write(JsonGenerator to) throws IOException;
  }

  /** Some of a kind: a table, and an object with one array. */
  static <T> Page list(String name, Shape<T> shape, List<T> all) {
    return new Page(
        () -> shape.table(all),
        to -> {
          to.writeFieldName(name);
          shape.write(to, all);
        });
  }

  /** One alone. */
  static <T> Page one(Shape<T> shape, T one, Supplier<String> words) {
    return new Page(words, to -> shape.members(to, one));
  }

  /** The same for programs, and other words for people. */
  Page saying(Supplier<String> others) {
    return new Page(others, members);
  }

  /** For people. */
  String text() {
    return words.get();
  }

  /** For programs. */
  byte[] json() {
    return json(members);
  }

  /** An object of JSON, and the end of the line. */
  static byte[] json(Members members) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator to = JSON.createGenerator(bytes)) {
      to.writeStartObject();
      members.write(to);
      to.writeEndObject();
      to.writeRaw('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory takes all that is written
    }
    return bytes.toByteArray();
  }
}
