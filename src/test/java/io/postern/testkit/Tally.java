package io.postern.testkit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/** Counts content as it comes, and keeps only its beginning. Owned by whoever reads. */
final class Tally {

  /** Is told of each piece as it comes. */
  @FunctionalInterface
  interface Listener {
    void onPiece(byte[] bytes, int offset, int size) throws IOException;
  }

  private static final int KEPT = 1024 * 1024;

  private final MessageDigest digest = Digests.sha256();
  private final ByteArrayOutputStream beginning = new ByteArrayOutputStream();
  private final Listener listener;
  private long length;

  Tally() {
    this((_, _, _) -> {});
  }

  Tally(Listener listener) {
    this.listener = listener;
  }

  void add(byte[] bytes, int offset, int size) throws IOException {
    digest.update(bytes, offset, size);
    beginning.write(bytes, offset, Math.min(size, KEPT - beginning.size()));
    length += size;
    listener.onPiece(bytes, offset, size);
  }

  /** The same where nobody listens. */
  void addPiece(byte[] bytes) {
    try {
      add(bytes, 0, bytes.length);
    } catch (IOException impossible) {
      throw new AssertionError(impossible);
    }
  }

  /** The first of what has come so far, as Latin-1. */
  String beginning() {
    return beginning.toString(StandardCharsets.ISO_8859_1);
  }

  long length() {
    return length;
  }

  /** What came; nothing may be added after that. */
  Received received(List<Field> trailers, boolean complete) {
    return new Received(
        length,
        HexFormat.of().formatHex(digest.digest()),
        beginning.toString(StandardCharsets.ISO_8859_1),
        trailers,
        complete);
  }
}
