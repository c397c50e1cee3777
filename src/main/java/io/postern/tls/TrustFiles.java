package io.postern.tls;

import io.postern.config.Place;
import io.postern.config.Problem;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files that say whose clients are let in, and what they came to when they were last in order.
 * Any thread may ask for {@link #now}; one at a time may look for changes.
 */
final class TrustFiles {

  private final Place place;
  private final Path trust;
  private final @Nullable Path crl;
  private volatile ClientTrust now;
  private FileStamp good;
  private FileStamp seen;
  private @Nullable FileStamp refused;

  private TrustFiles(Place place, Path trust, @Nullable Path crl, ClientTrust now, FileStamp good) {
    this.place = place;
    this.trust = trust;
    this.crl = crl;
    this.now = now;
    this.good = good;
    this.seen = good;
  }

  /** Reads them; null where something is wrong. */
  static @Nullable TrustFiles read(
      Place place,
      Path trust,
      @Nullable Path crl,
      Instant now,
      List<Problem> problems,
      List<Problem> warnings) {
    FileStamp stamp = stamp(trust, crl);
    ClientTrust read = ClientTrust.read(place, trust, crl, now, problems, warnings);
    return read == null ? null : new TrustFiles(place, trust, crl, read, stamp);
  }

  private static FileStamp stamp(Path trust, @Nullable Path crl) {
    return crl == null ? FileStamp.of(trust) : FileStamp.of(trust, crl);
  }

  /** Who is let in now. */
  ClientTrust now() {
    return now;
  }

  /** Whether these are the files. */
  boolean are(Path otherTrust, @Nullable Path otherCrl) {
    return trust.equals(otherTrust) && java.util.Objects.equals(crl, otherCrl);
  }

  /** Has files that were refused read once more. */
  void retry() {
    refused = null;
  }

  /**
   * Reads them again where they have changed and stood for two looks. What is wrong is told once,
   * and what was good before stays.
   *
   * @return whether there are other authorities now, which clients are told of in the handshake
   */
  boolean refresh(Instant instant, List<Problem> problems, List<Problem> warnings) {
    FileStamp stamp = stamp(trust, crl);
    boolean settled = stamp.equals(seen);
    seen = stamp;
    if (!settled || stamp.equals(good) || stamp.equals(refused)) {
      return false;
    }
    ClientTrust read = ClientTrust.read(place, trust, crl, instant, problems, warnings);
    if (read == null) {
      refused = stamp;
      return false;
    }
    good = stamp;
    refused = null;
    ClientTrust before = now;
    now = read;
    return !before.fingerprint().equals(read.fingerprint());
  }
}
