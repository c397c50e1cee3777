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

  /**
   * The score by which one of several is chosen for a key: who has the highest gets it, and each
   * gets its share of the keys (weighted rendezvous hashing).
   *
   * @param weight at least 1
   * @param hash of the key and of the one that it is for, together
   */
  public static double score(int weight, long hash) {
    double chance = ((hash >>> 11) + 0.5) * 0x1p-53; // between 0 and 1, neither of them
    return -weight / Math.log(chance);
  }
}
