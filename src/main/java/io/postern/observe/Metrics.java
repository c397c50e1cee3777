package io.postern.observe;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * All families of metrics of the process, and their text. A family is a name, its help, the names
 * of its labels, and whoever gives its points when it is read: the counting itself is done
 * elsewhere, in counters that nobody has to look up.
 *
 * <p>The values of labels come from the config or from enums, never from what a client sent: else
 * clients could fill the memory. Any thread may read; families are added before the first reading.
 */
public final class Metrics implements AutoCloseable {

  /** The two text formats. */
  public enum Format {
    /** Prometheus' own. */
    PROMETHEUS(PrometheusTextFormatWriter.create()),
    /** OpenMetrics 1.0. */
    OPEN_METRICS(OpenMetricsTextFormatWriter.create());

    private final ExpositionFormatWriter writer;

    Format(ExpositionFormatWriter writer) {
      this.writer = writer;
    }

    /** The Content-Type of the text. */
    public String contentType() {
      return writer.getContentType();
    }
  }

  /** Takes the points of one family while it is read. */
  @FunctionalInterface
  public interface Points {

    /**
     * One point.
     *
     * @param value of a counter since the start, of a gauge now; in the unit that its name has
     * @param labels the values of the family's labels, in their order; each combination once
     */
    void add(double value, String... labels);

    /** The same of a whole number: a count of years is far below what a double holds exactly. */
    default void add(long value, String... labels) {
      add((double) value, labels);
    }
  }

  /** Takes the histograms of one family while it is read. */
  @FunctionalInterface
  interface Histograms {
    void add(Histogram histogram, String... labels);
  }

  private record Family(Supplier<MetricSnapshot> source) implements Collector {
    @Override
    public MetricSnapshot collect() {
      return source.get();
    }
  }

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final ProcessMeters process = new ProcessMeters();

  /** The metrics of the process itself: the JVM, its memory, its files, what build it is. */
  public Metrics() {
    registry.throwExceptionOnRegistrationFailure();
    process.describe(this, registry);
  }

  /**
   * Adds a family of counters.
   *
   * @param name ends in {@code _total}
   * @param help one or two sentences
   * @param labels the names of the labels
   * @param source gives the points, whenever they are asked for
   */
  public void counters(String name, String help, List<String> labels, Consumer<Points> source) {
    MetricMetadata about = new MetricMetadata(name.substring(0, name.lastIndexOf('_')), help);
    String[] names = labels.toArray(String[]::new);
    add(
        () -> {
          List<CounterDataPointSnapshot> points = new ArrayList<>();
          source.accept(
              (value, values) ->
                  points.add(
                      new CounterDataPointSnapshot(value, Labels.of(names, values), null, 0)));
          return new CounterSnapshot(about, points);
        });
  }

  /** Adds a family of gauges; as {@link #counters}, but for the name. */
  public void gauges(String name, String help, List<String> labels, Consumer<Points> source) {
    MetricMetadata about = new MetricMetadata(name, help);
    String[] names = labels.toArray(String[]::new);
    add(
        () -> {
          List<GaugeDataPointSnapshot> points = new ArrayList<>();
          source.accept(
              (value, values) ->
                  points.add(new GaugeDataPointSnapshot(value, Labels.of(names, values), null)));
          return new GaugeSnapshot(about, points);
        });
  }

  void histograms(String name, String help, List<String> labels, Consumer<Histograms> source) {
    MetricMetadata about = new MetricMetadata(name, help);
    String[] names = labels.toArray(String[]::new);
    add(
        () -> {
          List<HistogramDataPointSnapshot> points = new ArrayList<>();
          source.accept(
              (histogram, values) -> points.add(histogram.snapshot(Labels.of(names, values))));
          return new HistogramSnapshot(about, points);
        });
  }

  private void add(Supplier<MetricSnapshot> source) {
    registry.getPrometheusRegistry().register(new Family(source));
  }

  /** The text of all families as they are now. Takes milliseconds: not for an event loop. */
  public byte[] text(Format format) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(64 * 1024);
    try {
      format.writer.write(out, registry.getPrometheusRegistry().scrape());
    } catch (IOException impossible) {
      throw new UncheckedIOException("in memory", impossible);
    }
    return out.toByteArray();
  }

  @Override
  public void close() {
    process.close();
    registry.close();
  }
}
