package dev.piecewise.cli;

import dev.piecewise.bench.BenchReport;
import dev.piecewise.bench.BenchReport.Row;
import java.util.ArrayList;
import java.util.List;

/** A bench report for people: one line for each number of sequences. */
record BenchTable(BenchReport report) {
    private static final String HEAD =
            "sequences   tokens/s   step ms  products    GB/s  of memory's   engine   with adapters";

    String text() {
        List<String> lines = new ArrayList<>();
        lines.add("%s, %s, %d threads; %.2f GB of weights a step"
                .formatted(report.model(), report.dtype(), report.threads(), report.bytesPerStep() / 1e9));
        BenchReport.Prefill prefill = report.prefill();
        lines.add(
                "prefill %.0f tokens/s, %.0f %% of what its matrix products alone allow, %.0f %% of the device's matrix rate"
                        .formatted(
                                prefill.tokensPerSecond(),
                                100 * prefill.tokensPerSecond() / prefill.productTokensPerSecond(),
                                100 * prefill.matrixShare()));
        lines.add(HEAD);
        report.rows().forEach(row -> lines.add(line(row)));
        report.cost().ifPresent(cost -> {
            lines.add(line(cost));
            lines.add("a plan for 50 items, the guard included, costs %.2f times a prefill of as many tokens"
                    .formatted(cost.planSecondsPerToken() * report.prefill().tokensPerSecond()));
        });
        lines.add(line(report.memory()));
        return String.join("\n", lines);
    }

    private static String line(Row row) {
        String adapted = row.adapted()
                .map(with -> "%.1f tokens/s, %.1f ms, %+.1f %%"
                        .formatted(with.tokensPerSecond(), with.stepSeconds() * 1e3, with.tax() * 100))
                .orElse("");
        return "%9d %10.1f %9.1f %8.0f%% %7.1f %7.1f, %.2f %7.2f%%   %s"
                .formatted(
                        row.sequences(),
                        row.tokensPerSecond(),
                        row.stepSeconds() * 1e3,
                        100 * row.productSeconds() / row.stepSeconds(),
                        row.bytesPerSecond() / 1e9,
                        row.readBytesPerSecond() / 1e9,
                        row.share(),
                        100 * row.engineSeconds() / row.stepSeconds(),
                        adapted)
                .stripTrailing();
    }

    private static String line(BenchReport.Cost cost) {
        return "a plan of three pieces merges in %.1f ms on the host; first token of a cold user %.1f ms, warm %.1f ms"
                .formatted(cost.mergeSeconds() * 1e3, cost.coldSeconds() * 1e3, cost.warmSeconds() * 1e3);
    }

    private static String line(BenchReport.Memory memory) {
        String peak = memory.peakBytes()
                .map(bytes -> "%.0f MB".formatted(bytes / 1e6))
                .orElse("unknown");
        return "peak memory %s; weights, KV arena and adapters are %.0f MB of it, what is read for memory's speed %.0f MB"
                .formatted(peak, memory.expectedBytes() / 1e6, memory.measuringBytes() / 1e6);
    }
}
