package io.postern.testkit;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/**
 * Content to send: a text, or any number of bytes that follow from their place, so that neither
 * side ever holds them and yet every byte can be checked.
 */
public final class Content {

  /** None. */
  public static final Content EMPTY = text("");

  private static final int BLOCK = 16 * 1024;

  private final byte[] block;
  private final long length;

  private Content(byte[] block, long length) {
    this.block = block;
    this.length = length;
  }

  /** A text, as Latin-1. */
  public static Content text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return new Content(bytes, bytes.length);
  }

  /** As many bytes, no 16 KiB of which are like others before the 256th such block. */
  public static Content ofSize(long length) {
    byte[] block = new byte[BLOCK];
    for (int i = 0; i < BLOCK; i++) {
      block[i] = (byte) (i * 31 + (i >>> 8) * 17);
    }
    return new Content(block, length);
  }

  /** How many bytes. */
  public long length() {
    return length;
  }

  /** Writes some of it. */
  public void writeTo(OutputStream out, long from, long to) throws IOException {
    byte[] piece = new byte[BLOCK];
    for (long at = from; at < to; ) {
      int size = (int) Math.min(BLOCK, to - at);
      fill(piece, size, at);
      out.write(piece, 0, size);
      at += size;
    }
  }

  /** A part of it. */
  public byte[] slice(long from, int size) {
    byte[] bytes = new byte[size];
    fill(bytes, size, from);
    return bytes;
  }

  /** The digest of all of it, as {@link Received#sha256} has it. */
  public String sha256() {
    MessageDigest digest = Digests.sha256();
    byte[] piece = new byte[BLOCK];
    for (long at = 0; at < length; at += BLOCK) {
      int size = (int) Math.min(BLOCK, length - at);
      fill(piece, size, at);
      digest.update(piece, 0, size);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private void fill(byte[] target, int size, long at) {
    for (int done = 0; done < size; ) {
      long place = at + done;
      long round = place / block.length;
      int offset = (int) (place - round * block.length);
      int run = Math.min(size - done, block.length - offset);
      for (int i = 0; i < run; i++) {
        target[done + i] = (byte) (block[offset + i] + round);
      }
      done += run;
    }
  }
}
