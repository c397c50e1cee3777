package io.postern.tls;

import io.postern.config.Problem;
import io.postern.config.TlsConfig;
import io.postern.config.WarningCode;
import io.postern.files.FileWatch;
import io.postern.tls.CertificateFiles.Loaded;
import io.postern.tls.UnusableResponse.Why;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The files with OCSP responses beside certificates, and which certificates have to wait for
 * theirs. Owned by whoever looks for changes; not thread-safe.
 */
final class StapleFiles {

  private final boolean fetch;
  private final Map<Path, Watched> all = new HashMap<>();

  StapleFiles(TlsConfig config) {
    this.fetch = config.ocspFetch();
  }

  /** The file of a certificate, and its changes. */
  private static final class Watched {
    final Path file;
    final Staple staple;
    final FileWatch changes;
    @Nullable Problem told;

    Watched(Path file, Staple staple) {
      this.file = file;
      this.staple = staple;
      this.changes = new FileWatch(List.of(file));
    }
  }

  /**
   * Reads the response for a certificate where there is news of its file. What is wrong is told
   * once, and what was good before stays.
   *
   * @param first for the look before anything is served
   */
  void look(
      TlsConfig.Certificate source,
      Staple staple,
      Instant now,
      boolean first,
      List<Problem> problems,
      List<Problem> warnings) {
    Path file = source.ocspResponse();
    if (file == null) {
      return;
    }
    Watched watched = all.get(source.chain());
    if (watched == null || !watched.file.equals(file) || watched.staple != staple) {
      watched = new Watched(file, staple);
      all.put(source.chain(), watched);
    } else if (!watched.changes.isNews()) {
      return;
    }
    try {
      staple.take(bytes(file), now);
      watched.told = null;
      watched.changes.accept();
    } catch (UnusableResponse e) {
      if (e.why() == Why.NOT_YET) {
        watched.changes.refuse();
      } else {
        watched.changes.accept(); // what is wrong with it is not mended by time
      }
      Problem problem = source.place().problem("ocspResponse", file + " " + e.what(), e.expected());
      if (!problem.equals(watched.told)) {
        if (isServedAllTheSame(e, staple, now, first)) {
          warnings.add(problem.warning(WarningCode.STAPLE_MISSING));
        } else {
          problems.add(problem);
        }
        watched.told = problem;
      }
    }
  }

  private static byte[] bytes(Path file) throws UnusableResponse {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(OcspResponse.MAX_BYTES + 1);
    } catch (NoSuchFileException e) {
      throw UnusableResponse.bad("does not exist", "an OCSP response in DER");
    } catch (AccessDeniedException e) {
      throw new UnusableResponse(
          Why.NOT_YET, "may not be read by this user", "a file that it may read");
    } catch (IOException e) {
      throw new UnusableResponse(
          Why.NOT_YET, "cannot be read: " + e.getMessage(), "an OCSP response in DER");
    }
  }

  /** At a start an old file may lie there; later on one may not be of the new certificate yet. */
  private boolean isServedAllTheSame(
      UnusableResponse e, Staple staple, Instant now, boolean first) {
    if (first) {
      return e.why() == Why.EXPIRED && (!staple.isDemanded() || isFetched(staple));
    }
    return e.why() != Why.REVOKED && !staple.isDemanded() && staple.at(now) == null;
  }

  private boolean isFetched(Staple staple) {
    return fetch && staple.responder() != null;
  }

  /**
   * Whether a certificate that demands a response and has none is not to be served yet.
   *
   * @param old what it takes the place of; null for one that is new altogether
   */
  boolean mustWait(Loaded next, @Nullable Loaded old, Instant now) {
    return next.staple().isLacking(now)
        && (old == null ? !isFetched(next.staple()) : now.isBefore(old.expires()));
  }

  /**
   * Says of a certificate that was read why no response will be fetched though the config says so.
   * Of one that has a file nothing is missing, and of one that demands a response more is said.
   */
  void sayWhatIsNotFetched(Loaded loaded, List<Problem> warnings) {
    String why = loaded.staple().whyNotAsked();
    boolean otherwise = loaded.config().ocspResponse() != null || loaded.staple().isDemanded();
    if (fetch && why != null && !otherwise) {
      warnings.add(
          loaded
              .config()
              .place()
              .problem(
                  "chain",
                  loaded.config().chain() + " " + why + ": no response is fetched for it",
                  "a responder that the certificate names, and its issuer in the chain; or"
                      + " ocspResponse; or no ocspFetch")
              .warning(WarningCode.STAPLE_MISSING));
    }
  }

  /** Forgets the files of all other certificates. */
  void keepOnly(Set<Path> chains) {
    all.keySet().retainAll(chains);
  }

  /** Says that it waits: a problem, unless the response is fetched. */
  void sayThatItWaits(Loaded next, List<Problem> problems, List<Problem> warnings) {
    boolean fetched = isFetched(next.staple());
    Problem waits =
        next.config()
            .place()
            .problem(
                "chain",
                next.config().chain() + " demands an OCSP response, and there is none yet",
                fetched
                    ? "one that is fetched; until then the certificate before is served"
                    : "ocspResponse; or ocspFetch, a responder that the certificate names, and"
                        + " its issuer in the chain");
    if (fetched) {
      warnings.add(waits.warning(WarningCode.STAPLE_MISSING));
    } else {
      problems.add(waits);
    }
  }
}
