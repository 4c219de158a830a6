package dev.piecewise.cli;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.piecewise.bench.Baseline;
import dev.piecewise.bench.Comparison;
import dev.piecewise.bench.Ratio;
import dev.piecewise.checkpoint.BadFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where a measurement goes: a table, JSON, a file; and an earlier one that it is held against. */
final class BenchOutput {
    private static final String HERE = "-";
    /** Of a run in which a ratio was worse than the baseline's. */
    private static final int WORSE = 3;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--json",
            arity = "0..1",
            fallbackValue = HERE,
            paramLabel = "FILE",
            description = "One line of JSON instead of the table; with FILE the table, and the JSON as a baseline.")
    private @Nullable String json;

    @Option(
            names = "--compare",
            paramLabel = "FILE",
            description =
                    "Holds the run's ratios against such a baseline; status 3 if one is worse by more than the tolerance.")
    private @Nullable Path compared;

    @Option(
            names = "--tolerance",
            paramLabel = "R",
            description = "How much worse a ratio may be, as a share of the baseline's (${DEFAULT-VALUE}).")
    private double tolerance = 0.15;

    private Optional<Baseline> baseline = Optional.empty();

    /** A run in which nothing has been measured yet. {@code report} is what is written as JSON, {@code table} what is shown. */
    record Measured(Object report, List<Ratio> ratios, Supplier<String> table) {}

    /** The report, and beside it what later runs are held against. */
    private record Kept(
            @JsonUnwrapped Baseline baseline, @JsonUnwrapped Object report) {}

    /** Refuses a baseline before anything is measured. */
    void check() {
        Usage.require(spec, tolerance >= 0, "--tolerance must be 0 or more");
        baseline = Optional.ofNullable(compared).map(Baseline::read);
    }

    /** Refuses a baseline of another setting. */
    void check(Map<String, String> setting) {
        baseline.ifPresent(known -> {
            if (compared != null) {
                known.check(compared, setting);
            }
        });
    }

    /** Returns the command's status. */
    int write(Map<String, String> setting, Measured measured) {
        String line = Json.line(new Kept(Baseline.of(setting, measured.ratios()), measured.report()));
        if (json == null || !json.equals(HERE)) {
            print(measured.table().get());
        } else {
            print(line);
        }
        if (json != null && !json.equals(HERE)) {
            write(Path.of(json), line);
        }
        return baseline.map(known -> compare(known, measured.ratios())).orElse(0);
    }

    private int compare(Baseline known, List<Ratio> ratios) {
        Comparison comparison = Comparison.of(known, ratios, tolerance);
        String table = new ComparisonTable(comparison).text();
        if (HERE.equals(json)) {
            spec.commandLine().getErr().println(table);
        } else {
            print("\n" + table);
        }
        if (comparison.isEmpty()) {
            throw new BadFileException(String.valueOf(compared), "holds no ratio that this run has");
        }
        return comparison.worse() > 0 ? WORSE : 0;
    }

    private void print(String text) {
        spec.commandLine().getOut().println(text);
    }

    private static void write(Path file, String line) {
        try {
            Files.writeString(file, line + "\n");
        } catch (IOException e) {
            throw BadFileException.of(file, e);
        }
    }
}
