package io.postern.tls;

import io.postern.config.Place;
import io.postern.config.Problem;
import io.postern.config.TlsConfig;
import io.postern.files.FileStamp;
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
import java.util.stream.Stream;
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

  /** In order, but for the OCSP responses that they demand. */
  private final Map<Path, Pair> held = new HashMap<>();

  private final StapleFiles responses;

  /**
   * None is read yet.
   *
   * @param before of another config, which has read some of them; null where none has
   */
  CertificatePairs(TlsConfig config, @Nullable CertificatePairs before) {
    this.config = config;
    this.responses = new StapleFiles(config);
    if (before != null) {
      before.good.forEach(
          (chain, pair) -> {
            if (isSame(pair.loaded.config(), before.config)) {
              good.put(chain, pair);
            }
          });
    }
  }

  private boolean isSame(TlsConfig.Certificate known, TlsConfig its) {
    return config.certificates().contains(known)
        || (!its.certificates().contains(known)
            && Objects.equals(config.certificateDirectory(), its.certificateDirectory())
            && Objects.equals(
                config.certificateDirectoryPassphrase(), its.certificateDirectoryPassphrase()));
  }

  private record Pair(Loaded loaded, FileStamp stamp) {}

  /** What one look came to: all that is good, whether that is news, and what was found wrong. */
  record Look(
      List<Loaded> pairs, boolean changed, List<Problem> problems, List<Problem> warnings) {}

  /** Reads all files. */
  Look first(Instant now) {
    return look(new Looking(now, true, new ArrayList<>(), new ArrayList<>()));
  }

  /** Reads what has changed. What is wrong is told once, and what was good before stays. */
  Look next(Instant now) {
    return look(new Looking(now, false, new ArrayList<>(), new ArrayList<>()));
  }

  /** All that are served, and those that wait for their OCSP responses. */
  List<Loaded> known() {
    return Stream.concat(loaded(good).stream(), loaded(held).stream()).toList();
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

  /** A look that is under way. */
  private record Looking(
      Instant now, boolean first, List<Problem> problems, List<Problem> warnings) {}

  private Look look(Looking looking) {
    Map<Path, Pair> found = new LinkedHashMap<>();
    Map<Path, FileStamp> stamps = new HashMap<>();
    List<TlsConfig.Certificate> sources = sources(looking.problems());
    sources.forEach(each -> stamps.put(each.chain(), stamp(each)));
    if (!looking.problems().isEmpty()) {
      keepTheDirectory(found, stamps);
    }
    if (stamps.equals(refusedTogether)) {
      sources.forEach(each -> lookAtResponse(each, good.get(each.chain()), looking));
      return new Look(loaded(good), false, looking.problems(), looking.warnings());
    }
    waiting = false;
    for (TlsConfig.Certificate each : sources) {
      Path chain = each.chain();
      Pair old = good.get(chain);
      Pair next = next(each, Objects.requireNonNull(stamps.get(chain)), old, looking);
      lookAtResponse(each, next == null ? old : next, looking);
      Pair served = next == null || isHeld(next, old, looking) ? old : next;
      if (served != null) {
        found.put(chain, served);
      }
    }
    held.keySet().retainAll(stamps.keySet());
    responses.keepOnly(stamps.keySet());
    keepWhatHasJustGone(found, stamps);
    boolean changed = !found.equals(good);
    before = good;
    good = found;
    seen = stamps;
    return new Look(loaded(found), changed, looking.problems(), looking.warnings());
  }

  private static List<Loaded> loaded(Map<Path, Pair> pairs) {
    return pairs.values().stream().map(Pair::loaded).toList();
  }

  /** What is to take the place of an old one; null where nothing is. */
  private @Nullable Pair next(
      TlsConfig.Certificate source, FileStamp stamp, @Nullable Pair old, Looking looking) {
    Pair waitsForResponse = held.get(source.chain());
    if (waitsForResponse != null && stamp.equals(waitsForResponse.stamp())) {
      return waitsForResponse;
    }
    boolean settled = looking.first() || stamp.equals(seen.get(source.chain()));
    boolean news =
        (old == null || !stamp.equals(old.stamp())) && !stamp.equals(refused.get(source.chain()));
    waiting |= news && !settled;
    Loaded loaded = settled && news ? read(source, stamp, looking) : null;
    if (loaded != null && old != null && loaded.chain().equals(old.loaded().chain())) {
      loaded = loaded.with(old.loaded().staple());
    }
    return loaded == null ? null : new Pair(loaded, stamp);
  }

  private @Nullable Loaded read(TlsConfig.Certificate pair, FileStamp stamp, Looking looking) {
    Loaded loaded =
        CertificateFiles.load(pair, looking.now(), looking.problems(), looking.warnings());
    if (loaded == null) {
      refused.put(pair.chain(), stamp);
    } else {
      refused.remove(pair.chain());
      responses.sayWhatIsNotFetched(loaded, looking.warnings());
    }
    return loaded;
  }

  private void lookAtResponse(TlsConfig.Certificate source, @Nullable Pair pair, Looking looking) {
    if (pair != null) {
      responses.look(
          source,
          pair.loaded().staple(),
          looking.now(),
          looking.first(),
          looking.problems(),
          looking.warnings());
    }
  }

  /** One that demands an OCSP response waits for it, and what was served before is served on. */
  private boolean isHeld(Pair next, @Nullable Pair old, Looking looking) {
    Path chain = next.loaded().config().chain();
    if (!responses.mustWait(next.loaded(), old == null ? null : old.loaded(), looking.now())) {
      held.remove(chain);
      return false;
    }
    waiting = true;
    if (!next.equals(held.put(chain, next))) {
      responses.sayThatItWaits(next.loaded(), looking.problems(), looking.warnings());
    }
    return true;
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
    Path response = beside(chain, ".ocsp");
    return new TlsConfig.Certificate(
        place,
        chain,
        keyOf(chain),
        config.certificateDirectoryPassphrase(),
        Files.exists(response) ? response : null);
  }

  /** Null where it is in the same file. */
  private static @Nullable Path keyOf(Path chain) {
    String name = chain.getFileName().toString();
    return switch (name.substring(name.lastIndexOf('.'))) {
      case ".p12", ".pfx" -> null;
      default -> beside(chain, ".key");
    };
  }

  private static Path beside(Path chain, String ending) {
    String name = chain.getFileName().toString();
    return chain.resolveSibling(name.substring(0, name.lastIndexOf('.')) + ending);
  }
}
