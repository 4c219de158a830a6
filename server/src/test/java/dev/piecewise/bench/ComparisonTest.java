package dev.piecewise.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.bench.BenchReport.Adapted;
import dev.piecewise.bench.BenchReport.Cost;
import dev.piecewise.bench.BenchReport.Memory;
import dev.piecewise.bench.BenchReport.Prefill;
import dev.piecewise.bench.BenchReport.Row;
import dev.piecewise.bench.Comparison.Verdict;
import dev.piecewise.checkpoint.BadFileException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {
    private static final Map<String, String> SETTING = Map.of("model", "Llama 8/16", "dtype", "bfloat16");

    @TempDir
    private Path directory;

    @Test
    void anEnginesRatiosAreWhatItsReportSays() {
        assertThat(values(EngineRatios.of(report(0.5, 0.125, 64))))
                .containsExactlyInAnyOrderEntriesOf(Map.ofEntries(
                        Map.entry("prefill: of its matrix products' speed", 0.75),
                        Map.entry("prefill: of the device's matrix rate", 0.375),
                        Map.entry("1 sequence: of memory's speed", 0.75),
                        Map.entry("1 sequence: of its matrix products' speed", 0.5),
                        Map.entry("1 sequence: engine beside a step", 0.0),
                        Map.entry("16 sequences: of memory's speed", 0.5),
                        Map.entry("16 sequences: of its matrix products' speed", 0.5),
                        Map.entry("16 sequences: times the tokens of 1", 8.0),
                        Map.entry("16 sequences: engine beside a step", 0.25),
                        Map.entry("16 sequences: adapters' tax", 0.125),
                        Map.entry("first token: cold user over a warm one", 1.5),
                        Map.entry("a plan: in prefills", 1.5),
                        Map.entry("peak memory: times what it must hold", 2.0)));
    }

    @Test
    void aMachineOfHalfTheSpeedIsNoRegression() {
        Baseline fast = Baseline.of(SETTING, EngineRatios.of(report(0.5, 0.125, 64)));
        Comparison comparison = Comparison.of(fast, EngineRatios.of(report(0.5, 0.125, 32)), 0);
        assertThat(comparison.rows()).extracting(Comparison.Row::verdict).containsOnly(Verdict.SAME);
        assertThat(comparison.worse()).isZero();
        assertThat(comparison.isEmpty()).isFalse();
    }

    @Test
    void aRatioThatIsWorseByMoreThanTheToleranceIsFound() {
        Baseline before = Baseline.of(SETTING, EngineRatios.of(report(0.5, 0.125, 64)));
        Comparison now = Comparison.of(before, EngineRatios.of(report(0.375, 0.25, 64)), 0.1);
        assertThat(now.worse()).isEqualTo(2);
        assertThat(verdicts(now))
                .containsEntry("16 sequences: of memory's speed", Verdict.WORSE)
                .containsEntry("16 sequences: adapters' tax", Verdict.WORSE)
                .containsEntry("prefill: of its matrix products' speed", Verdict.SAME);
        Comparison other = Comparison.of(
                Baseline.of(SETTING, EngineRatios.of(report(0.375, 0.25, 64))),
                EngineRatios.of(report(0.5, 0.125, 64)),
                0.1);
        assertThat(other.worse()).isZero();
        assertThat(verdicts(other))
                .containsEntry("16 sequences: of memory's speed", Verdict.BETTER)
                .containsEntry("16 sequences: adapters' tax", Verdict.BETTER);
    }

    @Test
    void theToleranceIsAShareOfTheBaselineAndNoiseCountsForNothing() {
        Baseline before = Baseline.of(SETTING, List.of(Ratio.more("share", 0.5), Ratio.less("tiny", 0.0625, 0.125)));
        assertThat(verdicts(Comparison.of(
                        before, List.of(Ratio.more("share", 0.375), Ratio.less("tiny", 0.1875, 0.125)), 0.25)))
                .containsEntry("share", Verdict.SAME)
                .containsEntry("tiny", Verdict.SAME);
        assertThat(verdicts(Comparison.of(
                        before, List.of(Ratio.more("share", 0.374), Ratio.less("tiny", 0.1876, 0.125)), 0.25)))
                .containsEntry("share", Verdict.WORSE)
                .containsEntry("tiny", Verdict.WORSE);
    }

    @Test
    void whatOneRunLacksIsNoVerdict() {
        Baseline before = Baseline.of(SETTING, List.of(Ratio.more("old", 1), Ratio.more("both", 1)));
        Comparison comparison = Comparison.of(
                before, List.of(Ratio.more("new", 1), Ratio.more("both", 1), Ratio.more("nothing", Double.NaN)), 0.1);
        assertThat(comparison.rows())
                .containsExactly(
                        new Comparison.Row("new", Optional.empty(), Optional.of(1.0), Verdict.NEW),
                        new Comparison.Row("both", Optional.of(1.0), Optional.of(1.0), Verdict.SAME),
                        new Comparison.Row("old", Optional.of(1.0), Optional.empty(), Verdict.GONE));
        assertThat(Comparison.of(before, List.of(Ratio.more("new", 1)), 0.1).isEmpty())
                .isTrue();
    }

    @Test
    void aBaselineOfAnotherSettingIsRefusedWithEverythingThatDiffers() {
        Path file = directory.resolve("baseline.json");
        Baseline baseline = Baseline.of(SETTING, List.of());
        baseline.check(file, SETTING);
        assertThatThrownBy(() -> baseline.check(file, Map.of("model", "Llama 9/16", "dtype", "int8", "rank", "8")))
                .isInstanceOf(BadFileException.class)
                .hasMessage(file + ": was measured in another setting: dtype bfloat16 there, int8 here; "
                        + "model Llama 8/16 there, Llama 9/16 here; rank none there, 8 here");
    }

    @Test
    void aBaselineOfAnotherFormatIsRefused() throws Exception {
        Path file = directory.resolve("baseline.json");
        Files.writeString(file, "{\"format\":7,\"setting\":{},\"ratios\":{}}");
        assertThatThrownBy(() -> Baseline.read(file))
                .isInstanceOf(BadFileException.class)
                .hasMessage(file + ": format is 7 and this version reads 1; measure the baseline anew");
        Files.writeString(file, "{\"format\":1,\"setting\":{},\"ratios\":{\"share\":\"high\"}}");
        assertThatThrownBy(() -> Baseline.read(file)).hasMessageContaining("ratios.share must be a number");
    }

    @Test
    void theCollectorsPausesAreSeen() {
        try (GcPauses pauses = new GcPauses()) {
            System.gc();
            GcPauses.Summary seen = pauses.end();
            assertThat(seen.count()).isPositive();
            assertThat(seen.longest()).isPositive().isLessThanOrEqualTo(seen.total());
        }
    }

    /** Of a machine that reads so many bytes a second. */
    private static BenchReport report(double share, double tax, double speed) {
        double step = 4 / speed;
        Row one = row(1, step, 0, 0.75, speed, Optional.empty());
        Row many = row(16, step, step / 4, share, speed, Optional.of(new Adapted(step * (1 + tax), 16 / step, tax)));
        Cost cost = new Cost(1, 3 / speed, 2 / speed, 2 / speed);
        return new BenchReport(
                "random",
                "bfloat16",
                2,
                4,
                new Prefill(0.75 * speed, speed, 0.375),
                List.of(one, many),
                Optional.of(cost),
                new Memory(60, 4, Optional.of(128L)));
    }

    private static Row row(
            int sequences, double step, double engine, double share, double speed, Optional<Adapted> adapted) {
        double tokens = sequences == 1 ? 1 / step : 8 / step;
        return new Row(sequences, step, step / 2, tokens, share * speed, speed, engine, adapted);
    }

    private static Map<String, Double> values(List<Ratio> ratios) {
        return ratios.stream().collect(Collectors.toMap(Ratio::name, Ratio::value));
    }

    private static Map<String, Verdict> verdicts(Comparison comparison) {
        return comparison.rows().stream().collect(Collectors.toMap(Comparison.Row::name, Comparison.Row::verdict));
    }
}
