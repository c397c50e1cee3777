package io.postern.event;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.helpers.MessageFormatter;

/**
 * What has happened in the process lately, in order. Used from any thread; its lock is held for a
 * move or a copy.
 */
public final class Events {

  private static final int KEPT = 500;

  private static final Events PROCESS = new Events();

  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Event> kept = new ArrayDeque<>();
  private final List<Runnable> readers = new CopyOnWriteArrayList<>();
  private long last;

  private Events() {}

  /** Those of the process. */
  public static Events ofProcess() {
    return PROCESS;
  }

  /**
   * Something has happened: writes it to this log, and tells those who listen.
   *
   * @param subject see {@link Event#subject}
   * @param format what, with {@code {}} for each of the arguments
   */
  public static void raise(
      Logger log, EventKind kind, String subject, String format, Object... arguments) {
    String text = MessageFormatter.basicArrayFormat(format, arguments);
    log.atLevel(kind.level()).log("{}", text);
    PROCESS.add(kind, subject, text);
  }

  /** Something has happened that the log tells more sparsely, or in another way. */
  public static void note(EventKind kind, String subject, String text) {
    PROCESS.add(kind, subject, text);
  }

  private void add(EventKind kind, String subject, String text) {
    lock.lock();
    try {
      if (kept.size() == KEPT) {
        kept.removeFirst();
      }
      kept.addLast(new Event(++last, Instant.now(), kind, subject, text));
    } finally {
      lock.unlock();
    }
    readers.forEach(Runnable::run);
  }

  /** Those after a number that are still kept, in order. */
  public List<Event> since(long number) {
    lock.lock();
    try {
      return kept.stream().filter(each -> each.number() > number).toList();
    } finally {
      lock.unlock();
    }
  }

  /** The number of the last one; 0 before the first. */
  public long last() {
    lock.lock();
    try {
      return last;
    } finally {
      lock.unlock();
    }
  }

  /** Tells somebody, on the thread that raises it, that there is one more; it may not block. */
  public void listen(Runnable reader) {
    readers.add(reader);
  }

  /** No more. */
  public void leave(Runnable reader) {
    readers.remove(reader);
  }
}
