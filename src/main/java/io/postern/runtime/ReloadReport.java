package io.postern.runtime;

import io.postern.config.Difference;
import java.util.List;

/**
 * What came of a reload.
 *
 * @param verdict what in short
 * @param version the number of the version that runs now; the first has 1
 * @param differences between the version that ran and the one that was read; none where that has
 *     problems
 * @param effects what that does to connections, in words
 * @param problems why it was refused, one to a line, as {@code check} has them; empty where it was
 *     not
 */
public record ReloadReport(
    Verdict verdict,
    long version,
    List<Difference> differences,
    List<String> effects,
    List<String> problems) {

  /** What came of it in short. */
  public enum Verdict {
    /** It runs. */
    TAKEN,
    /** It says what runs already. */
    SAME,
    /** It would be taken, and was only tried. */
    TRIED,
    /** What ran before runs on. */
    REFUSED
  }
}
