package dev.piecewise.bench.gateway;

import dev.piecewise.bench.Ratio;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/** What of a gateway's report can be held against another run's: costs and times in those of bare messages, one for each connection. */
public final class GatewayRatios {
    private static final double BYTES = 1024;
    private static final double MEDIANS = 0.5;
    private static final double TAILS = 5;
    private static final double WORDS = 16;

    private GatewayRatios() {}

    public static Map<String, String> setting(int connections, int idle) {
        SequencedMap<String, String> setting = new LinkedHashMap<>();
        setting.put("measured", "gateway");
        setting.put("connections", String.valueOf(connections));
        setting.put("idle", String.valueOf(idle));
        setting.put("processors", String.valueOf(Runtime.getRuntime().availableProcessors()));
        return setting;
    }

    public static List<Ratio> of(GatewayReport report) {
        List<Ratio> ratios = new ArrayList<>();
        double bare = report.bareMessagesPerCpuSecond();
        double round = 1e3 * report.connections() / bare;
        for (GatewayReport.Row row : report.rows()) {
            String of = row.protocol() + ": ";
            ratios.add(Ratio.more(of + "a processor's tokens over bare messages", row.tokensPerCpuSecond() / bare));
            GatewayReport.Latency together = row.together();
            ratios.add(Ratio.less(of + "together, median in bare rounds", together.p50() / round, MEDIANS));
            ratios.add(Ratio.less(of + "together, p99 in bare rounds", together.p99() / round, TAILS));
            ratios.add(Ratio.less(of + "bytes allocated for a token", row.allocatedBytesPerToken(), WORDS));
        }
        if (report.idleSockets() > 0) {
            double each = (double) report.idleHeapBytes() / report.idleSockets();
            ratios.add(Ratio.less("heap of an idle WebSocket, bytes", each, BYTES));
        }
        return ratios;
    }
}
