package io.postern.tls;

import io.postern.config.Place;
import io.postern.config.Problem;
import io.postern.files.FileWatch;
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
  private final FileWatch files;
  private volatile ClientTrust now;

  private TrustFiles(
      Place place, Path trust, @Nullable Path crl, FileWatch files, ClientTrust now) {
    this.place = place;
    this.trust = trust;
    this.crl = crl;
    this.files = files;
    this.now = now;
  }

  /** Reads them; null where something is wrong. */
  static @Nullable TrustFiles read(
      Place place,
      Path trust,
      @Nullable Path crl,
      Instant now,
      List<Problem> problems,
      List<Problem> warnings) {
    FileWatch files = new FileWatch(crl == null ? List.of(trust) : List.of(trust, crl));
    ClientTrust read = ClientTrust.read(place, trust, crl, now, problems, warnings);
    return read == null ? null : new TrustFiles(place, trust, crl, files, read);
  }

  /** Who is let in now. */
  ClientTrust now() {
    return now;
  }

  /** Whether these are the files. */
  boolean are(Path otherTrust, @Nullable Path otherCrl) {
    return trust.equals(otherTrust) && java.util.Objects.equals(crl, otherCrl);
  }

  /** Whether they were refused and have not changed since. */
  boolean areHeldBack() {
    return files.isRefused();
  }

  /**
   * Reads them again where there is news of them. What is wrong is told, and what was good before
   * stays.
   *
   * @return whether there are other authorities now, which clients are told of in the handshake
   */
  boolean refresh(Instant instant, List<Problem> problems, List<Problem> warnings) {
    if (!files.isNews()) {
      return false;
    }
    ClientTrust read = ClientTrust.read(place, trust, crl, instant, problems, warnings);
    if (read == null) {
      files.refuse();
      return false;
    }
    files.accept();
    ClientTrust before = now;
    now = read;
    return !before.fingerprint().equals(read.fingerprint());
  }
}
