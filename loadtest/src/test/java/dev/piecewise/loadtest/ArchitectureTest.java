package dev.piecewise.loadtest;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows between the packages. */
@AnalyzeClasses(packages = "dev.piecewise.loadtest", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("dev.piecewise.loadtest.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule measuringKnowsNoServer = classes()
            .that()
            .resideInAPackage("dev.piecewise.loadtest.measure..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..", "org.HdrHistogram", "org.jspecify.annotations", "dev.piecewise.loadtest.measure..");
}
