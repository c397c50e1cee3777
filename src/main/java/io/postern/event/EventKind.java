package io.postern.event;

import java.util.Locale;
import org.slf4j.event.Level;

/** What can happen. */
public enum EventKind {
  /** The process accepts on an address. */
  LISTENER_BOUND(Level.INFO),
  /** It accepts there no more. */
  LISTENER_CLOSED(Level.INFO),
  /** The checks of a server succeed again. */
  SERVER_UP(Level.INFO),
  /** They fail. */
  SERVER_DOWN(Level.WARN),
  /** The exchanges of a server failed, and it is left out for a while. */
  SERVER_EJECTED(Level.WARN),
  /** That is over. */
  SERVER_RETURNED(Level.INFO),
  /** An operator says something of a server in place of the config. */
  SERVER_OVERRIDDEN(Level.INFO),
  /** That is over, or taken back. */
  SERVER_RESTORED(Level.INFO),
  /** Other servers were found for a pool. */
  SERVERS_CHANGED(Level.INFO),
  /** Another config runs. */
  CONFIG_TAKEN(Level.INFO),
  /** A config was refused. */
  CONFIG_REFUSED(Level.WARN),
  /** A changed certificate is used from now on. */
  CERTIFICATE_TAKEN(Level.INFO),
  /** One was refused, and that of before stays in use. */
  CERTIFICATE_REFUSED(Level.ERROR),
  /** So much of a budget of the process is used that something is done about it, or more. */
  OVERLOAD(Level.WARN),
  /** That is over. */
  OVERLOAD_OVER(Level.INFO),
  /** The process is to get no more traffic. */
  DRAIN_BEGUN(Level.INFO),
  /** It is to get traffic again. */
  DRAIN_UNDONE(Level.INFO);

  private final Level level;

  EventKind(Level level) {
    this.level = level;
  }

  /** That of its line in the log. */
  Level level() {
    return level;
  }

  /** Such as {@code server-down}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
