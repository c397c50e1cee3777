package io.postern.balance;

/**
 * A hash of texts, the same on all machines and in all versions, all of whose bits are good:
 * FNV-1a, and behind it the finalizer of MurmurHash3. It is no secret, and whoever chooses keys can
 * make them meet.
 */
public final class KeyHash {

  private static final long FNV_OFFSET = 0xCBF29CE484222325L;
  private static final long FNV_PRIME = 0x100000001B3L;

  private KeyHash() {}

  /**
   * The hash of a text, of whose characters the lower eight bits count.
   *
   * @param seed for hashes of the same text that have nothing to do with each other
   */
  public static long of(CharSequence text, long seed) {
    long hash = FNV_OFFSET ^ seed;
    for (int i = 0; i < text.length(); i++) {
      hash = (hash ^ (text.charAt(i) & 0xFF)) * FNV_PRIME;
    }
    hash = (hash ^ (hash >>> 33)) * 0xFF51AFD7ED558CCDL;
    hash = (hash ^ (hash >>> 33)) * 0xC4CEB9FE1A85EC53L;
    return hash ^ (hash >>> 33);
  }
}
