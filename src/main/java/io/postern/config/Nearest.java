package io.postern.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds what was probably meant. */
final class Nearest {

  /** What is longer is no misspelt name, and would take long to compare. */
  private static final int LONGEST = 100;

  private Nearest() {}

  /** {@code , did you mean x?} for the nearest name; empty where none is near. */
  static String hint(String written, Collection<String> names) {
    if (written.length() > LONGEST) {
      return "";
    }
    int bound = Math.max(1, written.length() / 3);
    return names.stream()
        .filter(name -> distance(written, name) <= bound || extended(written, name))
        .min(Comparator.comparingInt(name -> distance(written, name)))
        .map(name -> ", did you mean " + name + "?")
        .orElse("");
  }

  /** A short form, or a name with an ending. */
  private static boolean extended(String written, String name) {
    return Math.min(written.length(), name.length()) > 2
        && (written.startsWith(name) || name.startsWith(written));
  }

  /** {@code a, b or c}. */
  static String oneOf(List<String> names) {
    int last = names.size() - 1;
    return last <= 0
        ? String.join("", names)
        : String.join(", ", names.subList(0, last)) + " or " + names.get(last);
  }

  /** Letters to insert, leave out, replace or swap with the next (optimal string alignment). */
  private static int distance(String left, String right) {
    String a = left.toLowerCase(Locale.ROOT);
    String b = right.toLowerCase(Locale.ROOT);
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        d[i][j] = i == 0 || j == 0 ? i + j : step(a, b, d, i, j);
      }
    }
    return d[a.length()][b.length()];
  }

  private static int step(String a, String b, int[][] d, int i, int j) {
    int replaced = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
    int best = Math.min(replaced, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(best, d[i - 2][j - 2] + 1) : best;
  }
}
