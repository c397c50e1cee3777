package io.postern.observe;

import io.netty.util.concurrent.Ticker;
import io.postern.config.SyslogConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends each line of a batch as a message of syslog. A server that is away loses lines, and those
 * at once: it is tried again after a tenth of a second, then after twice as long each time, up to
 * ten seconds.
 *
 * <p>Belongs to the thread that writes the log.
 */
final class SyslogOutput extends OutputStream {

  private static final long FIRST_BACKOFF = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long LONGEST_BACKOFF = TimeUnit.SECONDS.toNanos(10);

  private final SyslogConfig config;
  private final Ticker ticker;
  private final InstantSource clock;
  private final LineBuffer message = new LineBuffer(4 * 1024);
  private final LocalStamp stamp = new LocalStamp("MMM ppd HH:mm:ss", ZoneId.systemDefault());
  private final String sender;

  private @Nullable SyslogLink link;
  private String why = "";
  private long backoff = FIRST_BACKOFF;
  private long nextTry;

  // Of the batch that is being written.
  private int kept;
  private int lost;
  private boolean lostFirst;

  /** Connects when there is something to send. */
  SyslogOutput(SyslogConfig config, Sender sender, Ticker ticker, InstantSource clock) {
    this.config = config;
    this.ticker = ticker;
    this.clock = clock;
    this.sender =
        switch (config.begins()) {
          case RFC5424 ->
              " " + sender.host() + " " + config.appName() + " " + sender.process() + " access - ";
          case LOCAL -> " " + config.appName() + "[" + sender.process() + "]: ";
        };
    this.nextTry = ticker.nanoTime();
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  /**
   * Sends the lines, each of which has its end.
   *
   * @throws LinesLost where some could not be sent
   */
  @Override
  public void write(byte[] lines, int offset, int length) throws IOException {
    kept = 0;
    lost = 0;
    lostFirst = false;
    writeHead();
    int head = message.size();
    int line = offset;
    for (int at = offset; at < offset + length; at++) {
      if (lines[at] == '\n') {
        message.truncate(head);
        message.write(lines, line, at - line);
        send();
        line = at + 1;
      }
    }
    flush();
    if (lost > 0) {
      throw new LinesLost(lost, lostFirst, "syslog, " + config.server() + ": " + why);
    }
  }

  private void writeHead() {
    message.truncate(0);
    message.put((byte) '<');
    message.putDecimal(config.priority());
    message.put((byte) '>');
    switch (config.begins()) {
      case RFC5424 -> write("1 " + clock.instant().truncatedTo(ChronoUnit.MILLIS));
      case LOCAL -> stamp.write(clock.millis(), message);
    }
    write(sender);
  }

  private void write(String ascii) {
    byte[] bytes = ascii.getBytes(StandardCharsets.US_ASCII);
    message.write(bytes, 0, bytes.length);
  }

  private void send() {
    SyslogLink open = open();
    if (open == null) {
      lose(1);
      return;
    }
    if (message.size() > open.longest()) {
      why = "a line of " + message.size() + " bytes is too long for a datagram";
      lose(1);
      return;
    }
    try {
      lost += open.send(message.bytes(), message.size());
      kept++;
    } catch (IOException failure) {
      failed(failure);
      lose(1);
    }
  }

  private void lose(int count) {
    lostFirst |= kept + lost == 0;
    lost += count;
  }

  private @Nullable SyslogLink open() {
    if (link != null && kept == 0 && !link.isOpen()) {
      closeLink(); // it went away while nothing was to be said, which is no failure
    }
    if (link == null && ticker.nanoTime() - nextTry >= 0) {
      try {
        link = SyslogLink.open(config.server());
      } catch (IOException failure) {
        failed(failure);
      }
    }
    return link;
  }

  @Override
  public void flush() {
    if (link == null || kept == 0) {
      return;
    }
    try {
      link.flush();
      backoff = FIRST_BACKOFF;
    } catch (IOException failure) {
      failed(failure);
      int all = kept;
      kept = 0;
      lose(all);
    }
  }

  private void failed(IOException failure) {
    String message = failure.getMessage();
    why = message == null ? failure.toString() : message;
    closeLink();
    nextTry = ticker.nanoTime() + backoff;
    backoff = Math.min(2 * backoff, LONGEST_BACKOFF);
  }

  private void closeLink() {
    if (link != null) {
      link.close();
      link = null;
    }
  }

  @Override
  public void close() {
    closeLink();
  }
}
