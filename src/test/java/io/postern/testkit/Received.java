package io.postern.testkit;

import java.util.List;

/**
 * Content that came, of which only the beginning is kept.
 *
 * @param length how many bytes came
 * @param sha256 of all that came, in hexadecimal
 * @param beginning the first 64 KiB at most, as Latin-1
 * @param trailers the trailer section; empty where there was none
 * @param complete whether it ended as its framing says; false where the connection ended first
 */
public record Received(
    long length, String sha256, String beginning, List<Field> trailers, boolean complete) {

  /** The whole content as Latin-1; fails where it is too long to be held. */
  public String text() {
    if (beginning.length() < length) {
      throw new AssertionError(length + " bytes are more than were kept");
    }
    return beginning;
  }

  /** Whether it is this, to the last byte. */
  public boolean isAllOf(Content content) {
    return complete && length == content.length() && sha256.equals(content.sha256());
  }
}
