package io.postern.config;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the config. Certificates and other files that it names are not opened, secrets are; those
 * that hold a part of it are what {@link PartReader} reads.
 */
public final class ConfigLoader {

  private static final String EXPECTED = "a map with listeners and routes";

  private ConfigLoader() {}

  /**
   * Reads a file; never throws for what is wrong with it.
   *
   * @param file as the user named it: problems name it alike
   * @param environment what <code>${NAME}</code> is looked up in
   */
  public static Loaded load(Path file, Map<String, String> environment) {
    Report report = new Report(file.toString());
    Path parent = file.getParent();
    Path directory = parent == null ? Path.of("") : parent;
    return load(Source.read(file, report), directory, environment, report);
  }

  /**
   * Reads a text.
   *
   * @param name what problems call the file
   * @param directory what relative paths in it are relative to
   * @param environment what <code>${NAME}</code> is looked up in
   */
  public static Loaded parse(
      String name, String text, Path directory, Map<String, String> environment) {
    Report report = new Report(name);
    return load(Source.printable(text, report), directory, environment, report);
  }

  private static Loaded load(
      @Nullable String text, Path directory, Map<String, String> environment, Report report) {
    Tree root = text == null ? null : TreeReader.read(text, EXPECTED, report);
    Config config = root == null ? null : decode(root, directory, environment, report);
    if (config != null) {
      ListenerChecks.check(config, report);
      PortChecks.check(config, report);
      RouteChecks.check(config, report);
      PoolChecks.check(config, report);
      RetryChecks.check(config, report);
      SelectionChecks.check(config, report);
      TenantChecks.check(config, report);
      LoadBalancerChecks.check(config, report);
      LoadBalancerChecks.checkResponses(config, report);
    }
    return config == null || !report.problems().isEmpty()
        ? new Loaded.Invalid(report.problems(), report.warnings())
        : new Loaded.Valid(config, report.warnings());
  }

  private static @Nullable Config decode(
      Tree root, Path directory, Map<String, String> environment, Report report) {
    Scalars scalars = new Scalars(new Expansion(directory, environment), directory, report);
    return (Config)
        new RecordDecoder(scalars, report).section(SectionShape.of(Config.class), root, "", null);
  }
}
