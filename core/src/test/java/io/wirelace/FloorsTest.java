package io.wirelace;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import planted.session.PlantedBreach;

/** Each package knows only those under it: the order that ARCHITECTURE.md draws. */
class FloorsTest {
  private static final String[] EMPTY_NAMES = {
    "util", "utils", "common", "impl", "internal", "manager", "helper", "misc"
  };

  /** From the ground up; packages of one floor do not know each other. */
  private static final List<List<String>> FLOORS =
      List.of(
          List.of("error"),
          List.of("config", "metrics"),
          List.of("wire", "codec", "security"),
          List.of("transport"),
          List.of(
              "transport.any",
              "transport.tcp",
              "transport.unix",
              "transport.udp",
              "transport.memory",
              "session"),
          List.of("dispatch", "topic", "pool"));

  private final JavaClasses ours =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.wirelace");

  private final JavaClasses plantedClasses = new ClassFileImporter().importPackages("planted");

  /** The package of each name under a root, and what it may know. */
  private static Map<String, List<String>> allowed(String root) {
    Map<String, List<String>> allowed = new LinkedHashMap<>();
    List<String> below = new ArrayList<>();
    for (List<String> floor : FLOORS) {
      for (String name : floor) {
        allowed.put(
            root + "." + name,
            Stream.concat(Stream.of(name), below.stream()).map(n -> root + "." + n).toList());
      }
      below.addAll(floor);
    }
    return allowed;
  }

  private static void checkFloors(JavaClasses imported, String root) {
    allowed(root)
        .forEach((name, may) -> {
          ArchRule rule =
              classes()
                  .that()
                  .resideInAPackage(name)
                  .should()
                  .onlyDependOnClassesThat(
                      resideInAnyPackage(may.toArray(String[]::new))
                          .or(not(resideInAPackage(root + ".."))))
                  .allowEmptyShould(true);
          rule.check(imported);
        });
  }

  private static ArchRule namesSaySomething() {
    return noClasses()
        .should()
        .resideInAnyPackage(
            Stream.of(EMPTY_NAMES).map(name -> ".." + name + "..").toArray(String[]::new));
  }

  private static ArchRule nettyStaysBelow(String root) {
    return classes()
        .that(
            not(resideInAnyPackage(root + ".wire..", root + ".security..", root + ".transport..")))
        .should(haveNoNettyTypeInPublic());
  }

  private static ArchCondition<JavaClass> haveNoNettyTypeInPublic() {
    return new ArchCondition<>("have no Netty type in a public signature") {
      @Override
      public void check(JavaClass item, ConditionEvents events) {
        if (!isPublic(item)) {
          return;
        }
        for (JavaMethod method : item.getMethods()) {
          if (isOpen(method.getModifiers())
              && Stream.concat(
                      method.getRawParameterTypes().stream(), Stream.of(method.getRawReturnType()))
                  .anyMatch(FloorsTest::isNetty)) {
            events.add(SimpleConditionEvent.violated(item, method.getFullName()));
          }
        }
        for (JavaField field : item.getFields()) {
          if (isOpen(field.getModifiers()) && isNetty(field.getRawType())) {
            events.add(SimpleConditionEvent.violated(item, field.getFullName()));
          }
        }
        item.getConstructors().stream()
            .filter(c -> isOpen(c.getModifiers()))
            .filter(c -> c.getRawParameterTypes().stream().anyMatch(FloorsTest::isNetty))
            .forEach(c -> events.add(SimpleConditionEvent.violated(item, c.getFullName())));
      }
    };
  }

  private static boolean isPublic(JavaClass type) {
    return type.getModifiers().contains(JavaModifier.PUBLIC)
        && type.getEnclosingClass().map(FloorsTest::isPublic).orElse(true);
  }

  private static boolean isOpen(java.util.Set<JavaModifier> modifiers) {
    return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
  }

  private static boolean isNetty(JavaClass type) {
    return type.getPackageName().startsWith("io.netty");
  }

  @Test
  void theClassesAreThere() {
    assertThat(ours.size()).isGreaterThan(80);
    for (String name : List.of("error", "config", "metrics", "wire", "codec", "transport")) {
      assertThat(ours).as(name).anyMatch(c -> c.getPackageName().equals("io.wirelace." + name));
    }
    for (String name : List.of("session", "dispatch", "transport.tcp", "transport.memory")) {
      assertThat(ours).as(name).anyMatch(c -> c.getPackageName().equals("io.wirelace." + name));
    }
    assertThat(ours).noneMatch(c -> c.getSimpleName().endsWith("Test"));
  }

  @Test
  void everyPackageHasItsFloor() {
    List<String> known = allowed("io.wirelace").keySet().stream().toList();
    assertThat(ours)
        .allMatch(
            c -> c.getPackageName().equals("io.wirelace") || known.contains(c.getPackageName()));
  }

  @Test
  void aFloorKnowsOnlyThoseUnderIt() {
    checkFloors(ours, "io.wirelace");
  }

  @Test
  void noPackageHasANameThatSaysNothing() {
    namesSaySomething().check(ours);
  }

  @Test
  void usersNeverMeetNetty() {
    nettyStaysBelow("io.wirelace").check(ours);
  }

  @Test
  void aPlantedBreachOfEachRuleIsCaught() {
    assertThat(plantedClasses.contain(PlantedBreach.class)).isTrue();
    assertThatThrownBy(() -> checkFloors(plantedClasses, "planted"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("PlantedBreach")
        .hasMessageContaining("planted.dispatch.Above");
    assertThatThrownBy(() -> namesSaySomething().check(plantedClasses))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("planted.helper");
    assertThatThrownBy(() -> nettyStaysBelow("planted").check(plantedClasses))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("leaking");
  }
}
