package io.postern.runtime;

import io.postern.observe.Resource;

/**
 * How much of one resource is used, and what follows: a pure function of what it is told. What was
 * begun at a mark ends at a lower one.
 *
 * <p>Owned by the thread that looks; what it found can be read by any.
 */
final class Strain {

  /**
   * Of a hundred parts of a budget.
   *
   * @param trim where trimming begins
   * @param trimmed where it ends, and how far it goes
   * @param refuse where refusing begins
   * @param refused where it ends
   */
  record Marks(int trim, int trimmed, int refuse, int refused) {

    /**
     * The marks of a resource. Exchanges that are there go on to take memory while nobody new is
     * let in, some hundreds of kilobytes each, so a fifth of it is left to them.
     */
    static Marks of(Resource resource) {
      return switch (resource) {
        case CONNECTIONS, DESCRIPTORS -> new Marks(85, 75, 95, 90);
        case DIRECT_MEMORY -> new Marks(70, 60, 80, 70);
      };
    }
  }

  private final Resource resource;
  private final long budget;
  private final Marks marks;
  private volatile long use;
  private volatile Pressure pressure = Pressure.NONE;

  Strain(Resource resource, long budget) {
    this.resource = resource;
    this.budget = budget;
    this.marks = Marks.of(resource);
  }

  Resource resource() {
    return resource;
  }

  /** How much there is. */
  long budget() {
    return budget;
  }

  /** How much was used at the last look. */
  long use() {
    return use;
  }

  /** What follows from that. */
  Pressure pressure() {
    return pressure;
  }

  /** How much has to go until trimming is over; 0 where there is none to do. */
  long excess() {
    return pressure == Pressure.NONE ? 0 : Math.max(0, use - part(marks.trimmed));
  }

  /** So much is used now; answers whether something else follows from it than before. */
  boolean look(long used) {
    use = used;
    Pressure before = pressure;
    boolean refuses = used >= part(before == Pressure.REFUSE ? marks.refused : marks.refuse);
    boolean trims = used >= part(before == Pressure.NONE ? marks.trim : marks.trimmed);
    pressure = refuses ? Pressure.REFUSE : trims ? Pressure.TRIM : Pressure.NONE;
    return pressure != before;
  }

  private long part(int hundredths) {
    return budget / 100 * hundredths + budget % 100 * hundredths / 100;
  }

  @Override
  public String toString() {
    return "%d of %d %s are in use".formatted(use, budget, resource.label());
  }
}
