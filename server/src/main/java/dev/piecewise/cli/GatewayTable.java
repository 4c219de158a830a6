package dev.piecewise.cli;

import dev.piecewise.bench.gateway.GatewayReport;
import java.util.ArrayList;
import java.util.List;

/** A report of the gateway for people. */
record GatewayTable(GatewayReport report) {
    private static final String LATENCIES = "  %7s %7s %8s";

    String text() {
        List<String> lines = new ArrayList<>();
        lines.add("%d connections; milliseconds at a client on the same cores, and until the gateway has written"
                .formatted(report.connections()));
        lines.add("%68s%26s".formatted("all tokens of a step at once", "spread over its time"));
        lines.add("protocol     tokens/s   per core   bytes/token   at tokens/s"
                + LATENCIES.repeat(2).formatted("p50", "p99", "written", "p50", "p99", "written"));
        for (GatewayReport.Row row : report.rows()) {
            lines.add("%-10s %10.0f %10.0f %13.0f %13.0f"
                            .formatted(
                                    row.protocol(),
                                    row.tokensPerSecond(),
                                    row.tokensPerCpuSecond(),
                                    row.allocatedBytesPerToken(),
                                    row.pacedTokensPerSecond())
                    + latencies(row.together())
                    + latencies(row.spread()));
        }
        lines.add("%-61s".formatted("a server that only writes, on this machine")
                + latencies(report.machine().together())
                + latencies(report.machine().spread()));
        lines.add(
                "the collector paused %d times for %.1f ms, at most %.1f; bare sockets: %.0f messages a second per core"
                        .formatted(
                                report.pauses().count(),
                                report.pauses().total(),
                                report.pauses().longest(),
                                report.bareMessagesPerCpuSecond()));
        lines.add("%d idle WebSockets: %.1f MB of heap, %.1f MB with everything else"
                .formatted(report.idleSockets(), report.idleHeapBytes() / 1e6, report.heapBytes() / 1e6));
        return String.join("\n", lines);
    }

    private static String latencies(GatewayReport.Latency latency) {
        return "  %7.2f %7.2f %8.2f".formatted(latency.p50(), latency.p99(), latency.written99());
    }
}
