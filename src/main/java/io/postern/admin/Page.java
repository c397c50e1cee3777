package io.postern.admin;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/** Something that is told to people as lines of text, and to programs as JSON. */
interface Page {

  JsonFactory JSON = new JsonFactory();

  /** For people. */
  String text();

  /** The same as one object of JSON. */
  void write(JsonGenerator to) throws IOException;

  /** For programs. */
  default byte[] json() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator to = JSON.createGenerator(bytes)) {
      to.writeStartObject();
      write(to);
      to.writeEndObject();
      to.writeRaw('\n');
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory takes all that is written
    }
    return bytes.toByteArray();
  }

  /** A member that may have no value. */
  static void text(JsonGenerator to, String name, @Nullable String value) throws IOException {
    if (value == null) {
      to.writeNullField(name);
    } else {
      to.writeStringField(name, value);
    }
  }
}
