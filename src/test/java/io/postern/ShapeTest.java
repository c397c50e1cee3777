package io.postern;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.MethodTree;
import com.sun.source.tree.SynchronizedTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.TreeScanner;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import io.postern.SourceFiles.Source;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.lang.model.element.Modifier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What classes, files and methods look like: small, final, hidden, and called what they are. */
class ShapeTest {

  private static final int MAX_FILE_LINES = 400;
  private static final int MAX_METHOD_LINES = 40;
  private static final double MAX_PUBLIC_SHARE = 0.45;

  private static final Pattern EMPTY_NAME =
      Pattern.compile("Abstract.*|.*(Impl|Manager|Utils?|Helpers?|Base)");

  /** Rooms that are data. */
  private static final Set<String> DATA = Set.of("config", "fault");

  @Test
  void theDataRoomsShowTheWorldOnlyData() {
    assertThat(classes().filter(type -> DATA.contains(Rooms.of(type))))
        .isNotEmpty()
        .allSatisfy(type -> assertThat(isData(type) || isHidden(type)).as(type.getName()).isTrue());
  }

  @Test
  void nothingIsOpenToBeExtended() {
    assertThat(
            classes()
                .filter(type -> !type.isInterface() && !type.isEnum() && !type.isAnonymousClass())
                .filter(type -> !type.getModifiers().contains(JavaModifier.FINAL))
                .filter(type -> !type.reflect().isSealed())
                .map(JavaClass::getName))
        .isEmpty();
  }

  @Test
  void noNameSaysNothing() {
    assertThat(
            classes()
                .filter(type -> EMPTY_NAME.matcher(type.getSimpleName()).matches())
                .map(JavaClass::getName))
        .isEmpty();
  }

  @Test
  void lessThanHalfIsPublic() {
    List<JavaClass> types = classes().filter(JavaClass::isTopLevelClass).toList();
    long shown = types.stream().filter(t -> t.getModifiers().contains(JavaModifier.PUBLIC)).count();
    double share = (double) shown / types.size();
    System.out.printf(
        Locale.ROOT, "public types: %d of %d, %.1f %%%n", shown, types.size(), 100 * share);

    assertThat(share).isLessThanOrEqualTo(MAX_PUBLIC_SHARE);
  }

  @Test
  void filesAreShort() {
    assertThat(sources().filter(s -> lines(s) > MAX_FILE_LINES).map(s -> s.name() + " " + lines(s)))
        .isEmpty();
  }

  @Test
  void methodsAreShort() {
    List<String> tooLong = new ArrayList<>();
    scan(
        sources(),
        (source, tree) -> {
          // What counts is the code: the rows of a parameterized test are annotations before it.
          if (tree instanceof MethodTree method
              && method.getBody() != null
              && lines(source, method.getBody()) > MAX_METHOD_LINES) {
            tooLong.add(where(source, tree) + " " + method.getName() + " " + lines(source, tree));
          }
        });

    assertThat(tooLong).isEmpty();
  }

  @Test
  void nothingIsSynchronized() {
    List<String> found = new ArrayList<>();
    scan(
        SourceFiles.under("src/main/java").stream(),
        (source, tree) -> {
          boolean method =
              tree instanceof MethodTree m
                  && m.getModifiers().getFlags().contains(Modifier.SYNCHRONIZED);
          if (method || tree instanceof SynchronizedTree) {
            found.add(where(source, tree));
          }
        });

    assertThat(found).isEmpty();
  }

  private static Stream<JavaClass> classes() {
    return Rooms.CLASSES.stream().filter(type -> !type.getSimpleName().equals("package-info"));
  }

  private static boolean isData(JavaClass type) {
    return type.isRecord()
        || type.isEnum()
        || type.isAnnotation()
        || (type.isInterface() && type.reflect().isSealed())
        || type.isAssignableTo(Throwable.class);
  }

  /** Machinery, and the one door to it: a final class that has nothing to hold on to. */
  private static boolean isHidden(JavaClass type) {
    return !type.getModifiers().contains(JavaModifier.PUBLIC)
        || (type.getModifiers().contains(JavaModifier.FINAL)
            && type.getConstructors().stream()
                .allMatch(c -> c.getModifiers().contains(JavaModifier.PRIVATE)));
  }

  private static Stream<Source> sources() {
    return Stream.of("src/main/java", "src/test/java")
        .flatMap(folder -> SourceFiles.under(folder).stream());
  }

  private static void scan(Stream<Source> sources, Visit visit) {
    sources.forEach(
        source ->
            new TreeScanner<Void, Void>() {
              @Override
              public @Nullable Void scan(@Nullable Tree tree, @Nullable Void nothing) {
                if (tree != null) {
                  visit.at(source, tree);
                }
                return super.scan(tree, null);
              }
            }.scan(source.unit(), null));
  }

  private static long lines(Source source) {
    try {
      return source
          .unit()
          .getSourceFile()
          .getCharContent(false)
          .chars()
          .filter(c -> c == '\n')
          .count();
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  private static long lines(Source source, Tree tree) {
    long start = source.positions().getStartPosition(source.unit(), tree);
    long end = source.positions().getEndPosition(source.unit(), tree);
    return source.line(end) - source.line(start) + 1;
  }

  private static String where(Source source, Tree tree) {
    long start = source.positions().getStartPosition(source.unit(), tree);
    return source.name() + ":" + source.line(start);
  }

  @FunctionalInterface
  private interface Visit {
    void at(Source source, Tree tree);
  }
}
