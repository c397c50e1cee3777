package io.postern.pool;

/**
 * How far a server is from this process. The tier counts first, then how far away it stands.
 *
 * @param tier the smaller, the nearer
 */
public record Distance(int tier, Reach reach) implements Comparable<Distance> {

  /** Where a server stands beside us; where nothing is said, as near as can be. */
  public enum Reach {
    HERE,
    ANOTHER_ZONE,
    ANOTHER_REGION
  }

  @Override
  public int compareTo(Distance other) {
    int byTier = Integer.compare(tier, other.tier);
    return byTier == 0 ? reach.compareTo(other.reach) : byTier;
  }

  /** In words, such as {@code tier 0, another zone}. */
  @Override
  public String toString() {
    return "tier "
        + tier
        + switch (reach) {
          case HERE -> "";
          case ANOTHER_ZONE -> ", another zone";
          case ANOTHER_REGION -> ", another region";
        };
  }
}
