package io.postern.tls;

import io.postern.config.Place;
import io.postern.config.Problem;
import io.postern.config.TlsConfig;
import io.postern.tls.CertificateFiles.Loaded;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The certificates of a listener with their keys, as their files were last found in order. Owned by
 * whoever looks for changes; not thread-safe.
 *
 * <p>A change is read when it has stood for two looks: whoever replaces two files does so one after
 * the other.
 */
final class CertificatePairs {

  private final TlsConfig config;
  private Map<Path, Pair> good = new LinkedHashMap<>();
  private Map<Path, Pair> before = good;
  private Map<Path, FileStamp> seen = new HashMap<>();
  private Map<Path, FileStamp> refusedTogether = Map.of();

  /** Whether a change was seen that has not stood for two looks yet. */
  private boolean waiting;

  private final Map<Path, FileStamp> refused = new HashMap<>();

  CertificatePairs(TlsConfig config) {
    this.config = config;
  }

  private record Pair(Loaded loaded, FileStamp stamp) {}

  /** What one look came to: all that is good, whether that is news, and what was found wrong. */
  record Look(
      List<Loaded> pairs, boolean changed, List<Problem> problems, List<Problem> warnings) {}

  /** Reads all files. */
  Look first(Instant now) {
    return look(now, true);
  }

  /** Reads what has changed. What is wrong is told once, and what was good before stays. */
  Look next(Instant now) {
    return look(now, false);
  }

  /**
   * Takes back what the last look brought: together it does not do. One of the files is at fault,
   * perhaps one that has not changed or has gone; as soon as any changes all are looked at again.
   */
  void refuse() {
    refusedTogether = waiting ? Map.of() : seen;
    good = before;
  }

  /** Whether there are files that were refused and have not changed since. */
  boolean holdBack() {
    return !refused.isEmpty();
  }

  /**
   * Whether the last look read nothing, since all are as they were when together they did not do.
   */
  boolean areRefusedTogether() {
    return seen.equals(refusedTogether);
  }

  /**
   * Has files that were refused read once more: rights may have been mended, or a date has come.
   */
  void retry() {
    refused.clear();
  }

  private Look look(Instant now, boolean atOnce) {
    List<Problem> problems = new ArrayList<>();
    List<Problem> warnings = new ArrayList<>();
    Map<Path, Pair> found = new LinkedHashMap<>();
    Map<Path, FileStamp> stamps = new HashMap<>();
    List<TlsConfig.Certificate> sources = sources(problems);
    sources.forEach(each -> stamps.put(each.chain(), stamp(each)));
    if (!problems.isEmpty()) {
      keepTheDirectory(found, stamps);
    }
    if (stamps.equals(refusedTogether)) {
      return new Look(loaded(good), false, problems, warnings);
    }
    waiting = false;
    for (TlsConfig.Certificate each : sources) {
      Path chain = each.chain();
      FileStamp stamp = Objects.requireNonNull(stamps.get(chain));
      Pair old = good.get(chain);
      boolean settled = atOnce || stamp.equals(seen.get(chain));
      boolean news =
          (old == null || !stamp.equals(old.stamp())) && !stamp.equals(refused.get(chain));
      waiting |= news && !settled;
      Loaded loaded = settled && news ? read(each, stamp, now, problems, warnings) : null;
      if (loaded != null) {
        found.put(chain, new Pair(loaded, stamp));
      } else if (old != null) {
        found.put(chain, old);
      }
    }
    keepWhatHasJustGone(found, stamps);
    boolean changed = !found.equals(good);
    before = good;
    good = found;
    seen = stamps;
    return new Look(loaded(found), changed, problems, warnings);
  }

  private static List<Loaded> loaded(Map<Path, Pair> pairs) {
    return pairs.values().stream().map(Pair::loaded).toList();
  }

  private @Nullable Loaded read(
      TlsConfig.Certificate pair,
      FileStamp stamp,
      Instant now,
      List<Problem> problems,
      List<Problem> warnings) {
    Loaded loaded = CertificateFiles.load(pair, now, problems, warnings);
    if (loaded == null) {
      refused.put(pair.chain(), stamp);
    } else {
      refused.remove(pair.chain());
    }
    return loaded;
  }

  /** A file that is replaced may be absent for a moment. */
  private void keepWhatHasJustGone(Map<Path, Pair> found, Map<Path, FileStamp> stamps) {
    good.forEach(
        (chain, pair) -> {
          if (!stamps.containsKey(chain) && seen.containsKey(chain)) {
            found.put(chain, pair);
            waiting = true;
          }
        });
  }

  /** What was served from one that cannot be read is served on, and not looked for. */
  private void keepTheDirectory(Map<Path, Pair> found, Map<Path, FileStamp> stamps) {
    good.forEach(
        (chain, pair) -> {
          if (chain.getParent() != null
              && chain.getParent().equals(config.certificateDirectory())) {
            found.put(chain, pair);
            stamps.putIfAbsent(chain, pair.stamp());
          }
        });
  }

  private static FileStamp stamp(TlsConfig.Certificate pair) {
    return FileStamp.of(pair.chain(), pair.keyFile());
  }

  private List<TlsConfig.Certificate> sources(List<Problem> problems) {
    List<TlsConfig.Certificate> all = new ArrayList<>(config.certificates());
    Path directory = config.certificateDirectory();
    if (directory != null) {
      all.addAll(in(directory, problems));
    }
    return all;
  }

  private List<TlsConfig.Certificate> in(Path directory, List<Problem> problems) {
    Map<String, Path> chains = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.{pem,crt,p12,pfx}")) {
      for (Path file : files) {
        Path key = keyOf(file);
        if (key == null || Files.exists(key)) {
          chains.putIfAbsent(file.getFileName().toString(), file);
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      problems.add(
          config
              .place()
              .problem("certificateDirectory", directory + " cannot be read: " + e, "a directory"));
      return List.of();
    }
    return chains.values().stream().map(this::fromDirectory).toList();
  }

  private TlsConfig.Certificate fromDirectory(Path chain) {
    Place directory = config.place();
    Place place =
        new Place(
            directory.file(),
            directory.path() + ".certificateDirectory[" + chain.getFileName() + "]",
            directory.keys().getOrDefault("certificateDirectory", directory.position()),
            Map.of());
    return new TlsConfig.Certificate(
        place, chain, keyOf(chain), config.certificateDirectoryPassphrase());
  }

  /** Null where it is in the same file. */
  private static @Nullable Path keyOf(Path chain) {
    String name = chain.getFileName().toString();
    int dot = name.lastIndexOf('.');
    return switch (name.substring(dot)) {
      case ".p12", ".pfx" -> null;
      default -> chain.resolveSibling(name.substring(0, dot) + ".key");
    };
  }
}
