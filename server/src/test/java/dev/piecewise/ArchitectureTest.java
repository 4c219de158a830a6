package dev.piecewise;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The arrows between the packages. A rule about a package that is still empty holds. */
@AnalyzeClasses(packages = "dev.piecewise", importOptions = ImportOption.DoNotIncludeTests.class)
final class ArchitectureTest {
    private static final String GATEWAY = "dev.piecewise.gateway..";
    private static final String MODEL = "dev.piecewise.model..";
    private static final String TEXT = "dev.piecewise.text..";
    private static final String STORE = "dev.piecewise.store..";
    private static final String CLI = "dev.piecewise.cli..";

    @ArchTest
    static final ArchRule packagesHaveNoCycles =
            slices().matching("dev.piecewise.(*)..").should().beFreeOfCycles().allowEmptyShould(true);

    @ArchTest
    static final ArchRule onlyTheGatewayKnowsVertx = noClasses()
            .that()
            .resideOutsideOfPackage(GATEWAY)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.vertx..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule onlyTheModelKnowsTheDevice = noClasses()
            .that()
            .resideOutsideOfPackage(MODEL)
            .should()
            .dependOnClassesThat(resideInAPackage("ai.djl..").and(not(resideInAPackage("ai.djl.huggingface.."))))
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule onlyTextKnowsTheTokenizer = noClasses()
            .that()
            .resideOutsideOfPackage(TEXT)
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.djl.huggingface..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule theEngineKnowsTheJdkAndValuesOnly = classes()
            .that()
            .resideInAPackage("dev.piecewise.engine..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "org.jspecify.annotations",
                    "org.slf4j..",
                    "dev.piecewise.engine..",
                    "dev.piecewise.adapter..",
                    "dev.piecewise.tenant..",
                    "dev.piecewise.error..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule templatesKnowTheJdkOnly = classes()
            .that()
            .resideInAPackage("dev.piecewise.template..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..", "org.jspecify.annotations", "dev.piecewise.template..", "dev.piecewise.error..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule kernelsKnowTheJdkOnly = classes()
            .that()
            .resideInAPackage("dev.piecewise.kernel..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "org.jspecify.annotations", "dev.piecewise.kernel..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule grammarsKnowTokensOnly = classes()
            .that()
            .resideInAPackage("dev.piecewise.grammar..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "org.jspecify.annotations",
                    "com.fasterxml.jackson..",
                    "com.github.benmanes.caffeine..",
                    "dk.brics.automaton..",
                    "dev.piecewise.grammar..",
                    "dev.piecewise.engine..",
                    "dev.piecewise.text..",
                    "dev.piecewise.error..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule onlyTheStoreKnowsTheDatabase = noClasses()
            .that()
            .resideOutsideOfPackage(STORE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "java.sql..", "javax.sql..", "org.jdbi..", "org.flywaydb..", "com.zaxxer..", "org.sqlite..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule onlyTelemetryKnowsOpenTelemetry = noClasses()
            .that()
            .resideOutsideOfPackage("dev.piecewise.telemetry..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.opentelemetry..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule servingDoesNotTrain = noClasses()
            .that()
            .resideInAnyPackage(GATEWAY, MODEL, STORE, "dev.piecewise.engine..", "dev.piecewise.personalization..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.piecewise.training..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule onlyCommandsWriteToStandardOutput = noClasses()
            .that()
            .resideOutsideOfPackage(CLI)
            .should()
            .accessField(System.class, "out")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule retrievalKnowsTheJdkOnly = classes()
            .that()
            .resideInAPackage("dev.piecewise.retrieval..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "org.jspecify.annotations", "dev.piecewise.retrieval..")
            .allowEmptyShould(true);
}
