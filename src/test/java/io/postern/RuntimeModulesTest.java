package io.postern;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.module.Configuration;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.lang.module.ResolvedModule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The Java runtime that images carry has the modules that the program uses. */
class RuntimeModulesTest {

  private static final String OPTION = "--add-modules ";

  @Test
  void jlinkIsToldOfAllThatAreUsed() throws IOException {
    Set<String> packages =
        Rooms.CLASSES.stream()
            .flatMap(type -> type.getDirectDependenciesFromSelf().stream())
            .map(each -> each.getTargetClass().getBaseComponentType().getPackageName())
            .collect(Collectors.toSet());
    Set<String> used =
        ModuleFinder.ofSystem().findAll().stream()
            .map(ModuleReference::descriptor)
            .filter(module -> !Collections.disjoint(module.packages(), packages))
            .map(ModuleDescriptor::name)
            .collect(Collectors.toSet());
    assertThat(used).contains("java.base").isSubsetOf(linked());
  }

  private static Set<String> linked() throws IOException {
    List<String> roots =
        Files.readAllLines(Path.of("config/jlink.options")).stream()
            .filter(line -> line.startsWith(OPTION))
            .flatMap(line -> Arrays.stream(line.substring(OPTION.length()).split(",", -1)))
            .toList();
    return Configuration.empty()
        .resolve(ModuleFinder.ofSystem(), ModuleFinder.of(), roots)
        .modules()
        .stream()
        .map(ResolvedModule::name)
        .collect(Collectors.toSet());
  }
}
