package io.postern.route;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is done with each list of rules that the index hands out for a host and a path.
 *
 * @param <C> what the step needs to know, so that it need not capture it
 */
@FunctionalInterface
interface Step<C> {

  /**
   * Looks at one list.
   *
   * @param rules by order
   * @param found what was found in the lists before; null for nothing
   * @return what is found now
   */
  @Nullable Rule take(List<Rule> rules, C context, @Nullable Rule found);
}
