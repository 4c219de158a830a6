package dev.piecewise.cli;

import dev.piecewise.bench.gateway.GatewayReport;
import java.util.ArrayList;
import java.util.List;

/** A report of the gateway for people. */
record GatewayTable(GatewayReport report) {
    String text() {
        List<String> lines = new ArrayList<>();
        lines.add("%d connections".formatted(report.connections()));
        lines.add("protocol     tokens/s   per core   at tokens/s   p50 ms   p99 ms");
        for (GatewayReport.Row row : report.rows()) {
            lines.add("%-10s %10.0f %10.0f %13.0f %8.2f %8.2f"
                    .formatted(
                            row.protocol(),
                            row.tokensPerSecond(),
                            row.tokensPerCpuSecond(),
                            row.pacedTokensPerSecond(),
                            row.p50Millis(),
                            row.p99Millis()));
        }
        lines.add("%d idle WebSockets: %.1f MB of heap, %.1f MB with everything else"
                .formatted(report.idleSockets(), report.idleHeapBytes() / 1e6, report.heapBytes() / 1e6));
        return String.join("\n", lines);
    }
}
