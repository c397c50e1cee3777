package io.postern.route;

import io.netty.util.AsciiString;
import io.postern.config.HostPattern;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All rules by host: a hash of the exact names, one of the names below which there is a wildcard,
 * and those for every host. A lookup asks for the host, for each of its parents, and for the rest,
 * however many hosts there are; the rules for every host are not copied to each, since the smallest
 * order decides anyway. Filled while a table is compiled, and not changed after that.
 */
final class HostIndex {

  private final Map<AsciiString, PathIndex> exact = new HashMap<>();
  private final Map<AsciiString, PathIndex> wildcards = new HashMap<>();
  private final PathIndex anyHost = new PathIndex();
  private int longestWildcard;

  /** Puts a rule behind all that are there. */
  void add(Rule rule) {
    if (rule.hosts().isEmpty()) {
      anyHost.add(rule);
    }
    for (HostPattern host : rule.hosts()) {
      AsciiString name = Utf8.bytes(host.name());
      Map<AsciiString, PathIndex> index = host.wildcard() ? wildcards : exact;
      index.computeIfAbsent(name, _ -> new PathIndex()).add(rule);
      if (host.wildcard()) {
        longestWildcard = Math.max(longestWildcard, name.length());
      }
    }
  }

  /** Takes a step for each list of rules that may match a host and a path. */
  <C> @Nullable Rule fold(
      AsciiString host, AsciiString path, Step<C> step, C context, @Nullable Rule start) {
    Rule result = start;
    PathIndex own = exact.get(host);
    if (own != null) {
      result = own.fold(path, step, context, result);
    }
    for (int dot = firstDot(host); dot >= 0; dot = host.indexOf('.', dot + 1)) {
      PathIndex parent = wildcards.get(host.subSequence(dot + 1, host.length(), false));
      if (parent != null) {
        result = parent.fold(path, step, context, result);
      }
    }
    return anyHost.fold(path, step, context, result);
  }

  /** The first dot behind which a wildcard could stand: what is longer need not be hashed. */
  private int firstDot(AsciiString host) {
    return longestWildcard == 0
        ? -1
        : host.indexOf('.', Math.max(0, host.length() - longestWildcard - 1));
  }
}
