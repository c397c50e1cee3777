package io.postern.config;

import io.postern.config.Place.Position;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Reads files that hold a part of the config: what may stand in them, and how it is checked, is as
 * in the config itself.
 */
public final class PartReader {

  private static final Position START = new Position(1, 1);

  private final PartFile file;
  private final Report report;

  private PartReader(PartFile file) {
    this.file = file;
    this.report = new Report(file.toString());
  }

  /**
   * The servers of a pool that has a file of them; never throws for what is wrong with it.
   *
   * @param pool one of the config whose {@code discovery.file} is there
   */
  public static Part<List<PoolConfig.Server>> servers(PoolConfig pool, ProcessConfig here) {
    DiscoveryConfig discovery = Objects.requireNonNull(pool.discovery());
    PartReader reader = new PartReader(Objects.requireNonNull(discovery.file()));
    List<PoolConfig.Server> servers =
        reader.decode(discovery.place(), "file", key(PoolConfig.class, "servers"), List.of());
    if (reader.report.problems().isEmpty()) {
      Place whole = new Place(reader.report.file(), "", START, Map.of());
      if (servers.isEmpty()) {
        reader.report.problem(whole, "there is no server in it", "one at least");
      }
      ServerListChecks.check(pool, servers, whole, here, reader.report);
    }
    return reader.part(servers);
  }

  /**
   * The tenants of the file that a config names; never throws for what is wrong with it.
   *
   * @param config one whose {@code tenantsFile} is there
   */
  public static Part<Map<String, TenantConfig>> tenants(Config config) {
    PartReader reader = new PartReader(Objects.requireNonNull(config.tenantsFile()));
    Map<String, TenantConfig> tenants =
        reader.decode(config.place(), "tenantsFile", key(Config.class, "tenants"), Map.of());
    if (reader.report.problems().isEmpty()) {
      TenantChecks.check(config, tenants, reader.report);
    }
    return reader.part(tenants);
  }

  private static KeyShape key(Class<?> section, String name) {
    return SectionShape.of(section).keys().stream()
        .filter(key -> key.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @SuppressWarnings("unchecked") // the decoder makes what the key declares
  private <T> T decode(Place named, String key, KeyShape what, T none) {
    String text = text(named, key);
    Tree root = text == null ? null : TreeReader.read(text, what.expected(), report);
    if (root == null) {
      return none;
    }
    Path parent = file.path().getParent();
    Path directory = parent == null ? Path.of("") : parent;
    Scalars scalars = new Scalars(new Expansion(directory, file.environment()), directory, report);
    T value = (T) new RecordDecoder(scalars, report).value(what, root);
    return value == null ? none : value;
  }

  /** What keeps it from being read at all is said where the config names it. */
  private @Nullable String text(Place named, String key) {
    try {
      return Source.decode(Source.bytes(file.path(), Source.MAX_PART_BYTES), report);
    } catch (IOException e) {
      String what = Report.quoted(file.toString()) + " cannot be read: " + FileReason.of(e);
      report.problem(named, key, what, "");
      return null;
    }
  }

  private <T> Part<T> part(T content) {
    return new Part<>(content, report.problems(), report.warnings());
  }
}
