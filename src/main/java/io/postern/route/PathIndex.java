package io.postern.route;

import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one host by path: a hash of the whole paths, a tree of the prefixes by segment, and
 * a list of all others. Filled while a table is compiled, and not changed after that.
 */
final class PathIndex {

  /** Where the segments of a prefix lead to. */
  private static final class Node {
    final Map<AsciiString, Node> below = new HashMap<>(4);
    final List<Rule> rules = new ArrayList<>(1);
  }

  private final Map<AsciiString, List<Rule>> whole = new HashMap<>();
  private final Node root = new Node();
  private final List<Rule> others = new ArrayList<>();

  /** Puts a rule behind all that are there. */
  void add(Rule rule) {
    PathRule paths = rule.paths();
    if (paths.listed()) {
      for (String path : paths.whole()) {
        whole.computeIfAbsent(Utf8.bytes(path), _ -> new ArrayList<>(1)).add(rule);
      }
    } else if (paths.prefixes().isEmpty()) {
      others.add(rule);
    } else {
      paths.prefixes().forEach(prefix -> node(prefix).rules.add(rule));
    }
  }

  private Node node(String prefix) {
    Node node = root;
    if (!prefix.isEmpty()) {
      for (String segment : prefix.substring(1).split("/", -1)) {
        node = node.below.computeIfAbsent(Utf8.bytes(segment), _ -> new Node());
      }
    }
    return node;
  }

  /** Takes a step for each list of rules that may match a path, the most exact ones first. */
  <C> @Nullable Rule fold(AsciiString path, Step<C> step, C context, @Nullable Rule start) {
    Rule result = start;
    List<Rule> exact = whole.get(path);
    if (exact != null) {
      result = step.take(exact, context, result);
    }
    if (!path.isEmpty() && path.byteAt(0) == '/') {
      result = foldPrefixes(path, step, context, result);
    }
    return others.isEmpty() ? result : step.take(others, context, result);
  }

  private <C> @Nullable Rule foldPrefixes(
      AsciiString path, Step<C> step, C context, @Nullable Rule start) {
    Rule result = root.rules.isEmpty() ? start : step.take(root.rules, context, start);
    Node node = root;
    int slash = 0;
    while (slash < path.length() && !node.below.isEmpty()) {
      int next = path.indexOf('/', slash + 1);
      int end = next < 0 ? path.length() : next;
      Node below = node.below.get(path.subSequence(slash + 1, end, false));
      if (below == null) {
        return result;
      }
      node = below;
      result = node.rules.isEmpty() ? result : step.take(node.rules, context, result);
      slash = end;
    }
    return result;
  }
}
