package dev.piecewise.bench;

import dev.piecewise.bench.BenchReport.Row;
import java.util.ArrayList;
import java.util.List;

/** What of an engine's report can be held against another run's. */
public final class EngineRatios {
    private static final double HALF_A_PERCENT = 0.005;
    private static final double POINTS = 0.03;
    private static final double TENTH = 0.1;

    private EngineRatios() {}

    public static List<Ratio> of(BenchReport report) {
        List<Ratio> ratios = new ArrayList<>();
        BenchReport.Prefill prefill = report.prefill();
        ratios.add(Ratio.more(
                "prefill: of its matrix products' speed",
                prefill.tokensPerSecond() / prefill.productTokensPerSecond()));
        ratios.add(Ratio.more("prefill: of the device's matrix rate", prefill.matrixShare()));
        Row first = report.rows().getFirst();
        for (Row row : report.rows()) {
            String at = row.sequences() == 1 ? "1 sequence: " : row.sequences() + " sequences: ";
            ratios.add(Ratio.more(at + "of memory's speed", row.share()));
            ratios.add(Ratio.more(at + "of its matrix products' speed", row.productSeconds() / row.stepSeconds()));
            if (row.sequences() != first.sequences()) {
                ratios.add(Ratio.more(
                        at + "times the tokens of " + first.sequences(),
                        row.tokensPerSecond() / first.tokensPerSecond()));
            }
            ratios.add(
                    Ratio.less(at + "engine beside a step", row.engineSeconds() / row.stepSeconds(), HALF_A_PERCENT));
            row.adapted().ifPresent(with -> ratios.add(Ratio.less(at + "adapters' tax", with.tax(), POINTS)));
        }
        report.cost().ifPresent(cost -> {
            ratios.add(Ratio.less(
                    "first token: cold user over a warm one", cost.coldSeconds() / cost.warmSeconds(), TENTH));
            ratios.add(
                    Ratio.less("a plan: in prefills", cost.planSecondsPerToken() * prefill.tokensPerSecond(), TENTH));
        });
        BenchReport.Memory memory = report.memory();
        memory.peakBytes()
                .ifPresent(peak -> ratios.add(Ratio.less(
                        "peak memory: times what it must hold",
                        (double) peak / (memory.expectedBytes() + memory.measuringBytes()),
                        TENTH)));
        return ratios;
    }
}
