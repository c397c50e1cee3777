package io.postern.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What holds for every key of the records. */
final class ShapeTest {

  private static final Set<Class<?>> MEASURED = Set.of(int.class, Size.class, Duration.class);

  @Test
  void everyKeyIsDocumented() {
    assertThat(keys()).isNotEmpty().allMatch(key -> key.doc().endsWith("."));
  }

  @Test
  void everyNumberSizeAndDurationHasARange() {
    assertThat(keys())
        .filteredOn(key -> MEASURED.contains(key.component().getType()))
        .isNotEmpty()
        .allMatch(key -> key.range() != null);
  }

  @Test
  void noKeyIsOptionalTwice() {
    assertThat(keys()).noneMatch(key -> key.isNullable() && key.defaultText() != null);
  }

  @Test
  void theSchemaPatternsAcceptEveryDefault() {
    for (KeyShape key : keys()) {
      String text = key.defaultText();
      Class<?> type = KeyShape.rawType(key.type());
      if (text != null && ScalarType.ALL.stream().anyMatch(scalar -> scalar.type() == type)) {
        assertThat(text).matches(ScalarType.of(type).regex());
      }
    }
  }

  private static List<KeyShape> keys() {
    List<KeyShape> keys = new ArrayList<>();
    collect(Config.class, keys);
    return keys;
  }

  private static void collect(Type type, List<KeyShape> keys) {
    Class<?> raw = KeyShape.rawType(type);
    if (raw == List.class || raw == Map.class) {
      collect(KeyShape.argument(type), keys);
    } else if (SectionShape.isSection(raw)) {
      for (KeyShape key : SectionShape.of(raw).keys()) {
        keys.add(key);
        collect(key.type(), keys);
      }
    }
  }
}
