package dev.piecewise.loadtest.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.piecewise.loadtest.dialect.Bodies;
import dev.piecewise.loadtest.workload.ChatLengths;
import dev.piecewise.loadtest.workload.Lengths;
import dev.piecewise.loadtest.workload.Popularity;
import dev.piecewise.loadtest.workload.Workload;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What is asked for, and by whom. */
final class WorkloadOptions {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--users",
            paramLabel = "N,...",
            split = ",",
            description = "How many users ask; 0 is nobody: the base model (0). A run for each number.")
    private @Nullable List<Integer> users;

    @Option(
            names = "--popularity",
            paramLabel = "P,...",
            split = ",",
            description = "identical, uniform, zipf or distinct: one after another (distinct). A run for each.")
    private @Nullable List<Popularity> popularities;

    @Option(names = "--zipf", paramLabel = "A", description = "Exponent of zipf (${DEFAULT-VALUE}).")
    private double exponent = 1.5;

    @Option(
            names = "--working-set",
            paramLabel = "below,at,twice",
            split = ",",
            description = "With --slots, instead of --users: half as many users as slots, as many, twice as many.")
    private List<WorkingSet> workingSets = List.of();

    @Option(names = "--slots", paramLabel = "N", description = "Places that the server has for adapters.")
    private int slots;

    @Option(
            names = "--prompt-tokens",
            paramLabel = "LENGTHS",
            description = "fixed:N, uniform:A-B, lognormal:MEDIAN,SIGMA[,MOST] or chat (uniform:8-512).")
    private @Nullable String promptTokens;

    @Option(names = "--answer-tokens", paramLabel = "LENGTHS", description = "The same of answers (uniform:8-512).")
    private @Nullable String answerTokens;

    @Option(names = "--seed", paramLabel = "N", description = "Of all that is drawn (${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(
            names = "--stop-early",
            description = "Let answers end where the model ends them. Without, the model is kept from ending them.")
    private boolean stopEarly;

    @Option(names = "--temperature", paramLabel = "T", description = "Of sampling (${DEFAULT-VALUE}).")
    private double temperature;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description = "What Piecewise answers with: auto, assembled, own, rag, assembled+rag.")
    private @Nullable String mode;

    @Option(names = "--extra", paramLabel = "JSON", description = "An object of fields that every request has besides.")
    private String extra = "{}";

    /** Users beside the server's places for adapters. */
    enum WorkingSet {
        BELOW,
        AT,
        TWICE;

        int users(int slots) {
            return switch (this) {
                case BELOW -> Math.max(1, slots / 2);
                case AT -> slots;
                case TWICE -> 2 * slots;
            };
        }
    }

    /** How many users, in a run each; the suite's where the caller did not say. */
    List<Integer> users(Suite suite) {
        if (!workingSets.isEmpty() || suite == Suite.SLOTS) {
            Usage.require(spec, slots >= 1, "--slots must say how many places the server has for adapters");
            List<WorkingSet> sets = workingSets.isEmpty() ? List.of(WorkingSet.values()) : workingSets;
            return sets.stream().map(set -> set.users(slots)).toList();
        }
        List<Integer> counts = users == null ? suite.users() : users;
        counts.forEach(count -> Usage.atLeast(spec, 0, count, "--users"));
        return counts;
    }

    List<Popularity> popularities(Suite suite) {
        return popularities == null ? suite.popularities() : popularities;
    }

    Workload.Shape shape(Suite suite) {
        Usage.require(spec, exponent >= 0, "--zipf must be 0 or more");
        return new Workload.Shape(
                0,
                Popularity.DISTINCT,
                exponent,
                lengths("--prompt-tokens", promptTokens, suite.prompts(), ChatLengths.PROMPTS),
                lengths("--answer-tokens", answerTokens, suite.answers(), ChatLengths.ANSWERS));
    }

    private Lengths lengths(String option, @Nullable String given, String usual, Lengths chat) {
        return Usage.parsed(spec, option, () -> Lengths.parse(given == null ? usual : given, chat));
    }

    long seed() {
        return seed;
    }

    Bodies.Options bodies() {
        try {
            if (new ObjectMapper().readTree(extra) instanceof ObjectNode fields) {
                return new Bodies.Options(Optional.ofNullable(mode), !stopEarly, temperature, fields);
            }
        } catch (JsonProcessingException noJson) {
            // said below
        }
        Usage.require(spec, false, "--extra must be a JSON object");
        throw new IllegalStateException(extra);
    }
}
