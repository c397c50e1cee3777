package io.postern.runtime;

import io.postern.config.Config;
import io.postern.config.Part;
import io.postern.config.Problem;
import io.postern.config.TenantConfig;
import io.postern.exchange.Snapshot;
import io.postern.files.PartWatch;
import io.postern.observe.Metrics;
import io.postern.tenant.Tenants;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the file of the tenants, on the thread of the lookout: takes over what is in order, and
 * leaves those of before where it is not.
 */
final class TenantUpkeep {

  private static final Logger LOG = LoggerFactory.getLogger(TenantUpkeep.class);
  private static final int MOST_TOLD = 5;

  private Config config;
  private @Nullable PartWatch<Map<String, TenantConfig>> file;
  private final AtomicReference<Snapshot> snapshot;
  private final AtomicLong changes = new AtomicLong();
  private final AtomicLong refusals = new AtomicLong();
  private List<Problem> told = List.of();

  TenantUpkeep(Compiled first, AtomicReference<Snapshot> snapshot) {
    this.config = first.config();
    this.file = first.parts().tenants();
    this.snapshot = snapshot;
  }

  /** Another config is taken over, and the tenants that its file had when it was read. */
  void follow(Compiled other) {
    config = other.config();
    file = other.parts().tenants();
    told = List.of();
  }

  /** Looks whether the file is another, and reads it; may block. */
  void look() {
    Part<Map<String, TenantConfig>> part = file == null ? null : file.look();
    if (part == null) {
      return;
    }
    if (part.problems().isEmpty()) {
      take(part.content());
    } else {
      refuse(part.problems());
    }
  }

  private void take(Map<String, TenantConfig> more) {
    Snapshot taken =
        snapshot.updateAndGet(old -> old.with(Tenants.of(config, more, old.tenants())));
    told = List.of();
    changes.incrementAndGet();
    LOG.info("{}: taken over, there are {} tenants now", file(), taken.tenants().all().size());
  }

  private void refuse(List<Problem> problems) {
    refusals.incrementAndGet();
    if (problems.equals(told)) {
      return; // it is the same file, or one that is no better
    }
    told = problems;
    LOG.warn("{}: refused, and the tenants of before stay: {} problems", file(), problems.size());
    problems.stream().limit(MOST_TOLD).forEach(each -> LOG.warn("{}", each));
  }

  private String file() {
    return String.valueOf(config.tenantsFile());
  }

  void describe(Metrics metrics) {
    metrics.counters(
        "postern_tenants_file_changes_total",
        "How often a changed file of tenants was taken over.",
        List.of(),
        points -> points.add(changes.get()));
    metrics.counters(
        "postern_tenants_file_refusals_total",
        "How often it was refused, and the tenants of before stayed.",
        List.of(),
        points -> points.add(refusals.get()));
  }
}
