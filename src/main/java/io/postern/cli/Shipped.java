package io.postern.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;

/** The files that are built into the program. */
final class Shipped {

  private Shipped() {}

  /** The text of one. */
  static String text(String name) throws IOException {
    try (InputStream shipped = Shipped.class.getResourceAsStream("/" + name)) {
      if (shipped == null) {
        throw new FileNotFoundException(name + " is not in this build");
      }
      return new String(shipped.readAllBytes(), UTF_8);
    }
  }
}
