package io.postern.listener;

import io.postern.config.Cidr;
import io.postern.config.ListenerConfig.ProxyProtocol;
import io.postern.observe.Arrivals;
import java.net.InetAddress;
import java.util.List;

/**
 * Whose PROXY headers a listener takes.
 *
 * @param listener the name of the listener, for the debug log
 * @param mode whether connections begin with a header
 * @param sources who may send one; empty is anyone
 * @param nanos how long one may take
 * @param arrivals counts what comes
 */
record HeaderPolicy(
    String listener, ProxyProtocol mode, List<Cidr> sources, long nanos, Arrivals arrivals) {

  boolean trusts(InetAddress peer) {
    for (int i = 0; i < sources.size(); i++) {
      if (sources.get(i).contains(peer)) {
        return true;
      }
    }
    return sources.isEmpty();
  }
}
