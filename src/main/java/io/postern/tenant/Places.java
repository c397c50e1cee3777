package io.postern.tenant;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which of many are counted each for itself: the first that came, whether they are there still or
 * not; all others share one place. So what is counted is bounded however many come and go.
 *
 * <p>Used by the one thread that makes tenants.
 */
final class Places<K> {

  /** So many have a place of their own. */
  static final int MOST = 1000;

  private final Map<K, Integer> byName = new HashMap<>();
  private List<K> names = List.of();

  /**
   * Gives those a place that have none yet, as long as there is one.
   *
   * @return those that have a place of their own, each at it: a list that does not change
   */
  List<K> add(List<K> more) {
    List<K> all = new ArrayList<>(names);
    for (K each : more) {
      if (all.size() < MOST && byName.putIfAbsent(each, all.size()) == null) {
        all.add(each);
      }
    }
    names = List.copyOf(all);
    return names;
  }

  int of(K name) {
    return byName.getOrDefault(name, MOST);
  }
}
