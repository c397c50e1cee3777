package io.postern.testkit;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Every JDK has them. */
final class Digests {

  private Digests() {}

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
