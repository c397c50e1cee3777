package io.postern.config;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Compares sections of a config. */
public final class Alike {

  private Alike() {}

  /**
   * Whether two sections, or values of them, say the same, wherever they stand and whatever they
   * are called.
   */
  public static boolean alike(@Nullable Object a, @Nullable Object b) {
    if (a == null || b == null) {
      return a == null && b == null;
    }
    if (a instanceof List<?> some && b instanceof List<?> others) {
      return alike(some, others);
    }
    if (a instanceof Map<?, ?> some && b instanceof Map<?, ?> others) {
      return some.keySet().equals(others.keySet())
          && some.entrySet().stream().allMatch(e -> alike(e.getValue(), others.get(e.getKey())));
    }
    if (a.getClass() != b.getClass() || !SectionShape.isSection(a.getClass())) {
      return a.equals(b);
    }
    return SectionShape.of(a.getClass()).keys().stream()
        .allMatch(key -> alike(key.valueIn(a), key.valueIn(b)));
  }

  private static boolean alike(List<?> some, List<?> others) {
    if (some.size() != others.size()) {
      return false;
    }
    for (int i = 0; i < some.size(); i++) {
      if (!alike((Object) some.get(i), others.get(i))) {
        return false;
      }
    }
    return true;
  }
}
