package io.postern.observe;

/** What the process has so much of and no more, and its clients share. */
public enum Resource {
  /** Connections of clients, on all listeners together. */
  CONNECTIONS,
  /** Descriptors of open files, of which each socket is one. */
  DESCRIPTORS,
  /** Bytes outside the heap, for Netty's buffers. */
  DIRECT_MEMORY;

  /** Its name in metrics and logs. */
  public String label() {
    return Counters.label(this);
  }
}
