package io.postern.observe;

import io.netty.util.concurrent.Ticker;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the thread of the access log does: takes records from the queue, makes lines of them, writes
 * the lines in batches. Nothing ends it but {@link #close}: a record that cannot be formatted or
 * written is counted as lost, and the next one tried.
 *
 * <p>Belongs to that thread, but for the methods that say otherwise.
 */
final class LogWriter implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(AccessLog.class);

  /** One write for some 150 lines; more gains nothing measurable. */
  private static final int BATCH_BYTES = 64 * 1024;

  /** For those that leave few bytes or none: whoever wants the file opened anew waits no longer. */
  private static final int BATCH_RECORDS = 4 * 1024;

  private static final long WARNING_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final byte[] NEWLINE = {'\n'};
  private static final String QUEUE_FULL = "the writer did not keep up";

  private final RecordQueue queue;
  private final LogTarget target;
  private final Ticker ticker;
  private final LineBuffer batch = new LineBuffer(2 * BATCH_BYTES);
  private final LongAdder lost = new LongAdder();
  private volatile boolean reopenAsked;
  private volatile boolean closing;

  private final AccessLine line;
  private final Sampling sampling;
  private OutputStream out;
  private boolean torn;
  private long lostInLog;
  private long lostWarned;
  private String lostWhy = QUEUE_FULL;
  private long warnedAt;

  /** Opens the target, for lines of a format that writes them to a buffer. */
  LogWriter(
      RecordQueue queue,
      LogTarget target,
      Function<LineBuffer, AccessLine> format,
      Sampling sampling,
      Ticker ticker)
      throws IOException {
    this.queue = queue;
    this.target = target;
    this.line = format.apply(batch);
    this.sampling = sampling;
    this.ticker = ticker;
    this.warnedAt = ticker.nanoTime() - WARNING_NANOS;
    this.out = target.open();
  }

  /** Counts a record that found no room; from any thread. */
  void countLost() {
    lost.increment();
  }

  /** How many records were never written; from any thread. */
  long lost() {
    return lost.sum();
  }

  /** Asks for the target to be opened anew; from any thread. */
  void reopen() {
    reopenAsked = true;
    queue.wake();
  }

  /** Asks for the end, once the queue is empty; from any thread. */
  void close() {
    closing = true;
    queue.wake();
  }

  @Override
  public void run() {
    while (!closing) {
      openAnewWhereAsked();
      int written = writeBatch();
      warnOfLosses();
      if (written == 0) {
        queue.await(nanosToNextWarning());
      } else if (written < BATCH_BYTES) {
        queue.nap();
      }
    }
    while (writeBatch() > 0) {
      openAnewWhereAsked();
    }
    warnedAt -= WARNING_NANOS;
    warnOfLosses();
    closeOutput();
  }

  private void openAnewWhereAsked() {
    if (!reopenAsked) {
      return;
    }
    reopenAsked = false;
    try {
      OutputStream anew = target.open();
      closeOutput();
      out = anew;
      torn = false;
    } catch (IOException failure) {
      LOG.warn("The access log goes on in its old file, for a new one cannot be opened", failure);
    }
  }

  /** Writes what waits, up to a batch; answers 0 where nothing did, BATCH_BYTES where more may. */
  private int writeBatch() {
    ExchangeRecord record = queue.poll();
    if (record == null) {
      return 0;
    }
    long lostByNow = lost.sum();
    int records = 0;
    int left = BATCH_RECORDS;
    boolean gap = lostByNow > lostInLog;
    if (gap) {
      appendLost(lostByNow - lostInLog, record.wallMillis);
    }
    while (record != null) {
      records += sampling.keeps(record) ? append(record) : 0;
      record = batch.size() < BATCH_BYTES && --left > 0 ? queue.poll() : null;
    }
    if (batch.size() == 0 || write(records, gap)) {
      lostInLog = lostByNow;
    }
    int size = batch.size();
    batch.truncate(0);
    // Records that have no line, or could not be formatted, leave no bytes; yet there were some.
    return left == 0 ? BATCH_BYTES : Math.max(1, size);
  }

  private int append(ExchangeRecord record) {
    int mark = batch.size();
    try {
      line.append(record);
      return 1;
    } catch (RuntimeException failure) {
      lose(1, failure);
      batch.truncate(mark);
      return 0;
    }
  }

  private void appendLost(long count, long wallMillis) {
    int mark = batch.size();
    try {
      line.appendDropped(count, wallMillis);
    } catch (RuntimeException failure) {
      lose(0, failure);
      batch.truncate(mark);
    }
  }

  /**
   * Writes the batch; answers whether the gap is told, where it has one.
   *
   * @param gap whether its first line tells of one
   */
  private boolean write(int records, boolean gap) {
    try {
      if (torn) {
        // A write that failed may have left half a line; what follows must not be glued to it.
        out.write(NEWLINE, 0, 1);
      }
      batch.writeTo(out);
      torn = false;
      return true;
    } catch (LinesLost some) {
      lose(some.count() - (gap && some.first() ? 1 : 0), some);
      return !some.first();
    } catch (IOException failure) {
      lose(records, failure);
      torn = true;
      return false;
    }
  }

  private void lose(long records, Exception failure) {
    lost.add(records);
    String message = failure.getMessage();
    lostWhy = message == null ? failure.toString() : message;
  }

  private void warnOfLosses() {
    long count = lost.sum() - lostWarned;
    if (count > 0 && ticker.nanoTime() - warnedAt >= WARNING_NANOS) {
      LOG.warn("The access log lost {} records: {}", count, lostWhy);
      lostWarned += count;
      lostWhy = QUEUE_FULL;
      warnedAt = ticker.nanoTime();
    }
  }

  private long nanosToNextWarning() {
    if (lost.sum() == lostWarned) {
      return 0;
    }
    return Math.max(1, warnedAt + WARNING_NANOS - ticker.nanoTime());
  }

  private void closeOutput() {
    try {
      out.close();
    } catch (IOException failure) {
      LOG.warn("The access log was not closed well", failure);
    }
  }
}
