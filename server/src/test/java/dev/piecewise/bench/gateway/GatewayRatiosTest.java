package dev.piecewise.bench.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.piecewise.bench.GcPauses;
import dev.piecewise.bench.Ratio;
import java.util.List;
import org.junit.jupiter.api.Test;

class GatewayRatiosTest {
    @Test
    void timesAndCostsAreCountedInBareMessages() {
        GatewayReport.Latency together = new GatewayReport.Latency(4, 8, 2);
        GatewayReport.Row row = new GatewayReport.Row("SSE", 1, 400_000, 96, 20_000, together, together);
        GatewayReport report = new GatewayReport(
                200,
                100_000,
                List.of(row),
                new GatewayReport.Machine(together, together),
                new GcPauses.Summary(3, 1, 2),
                1000,
                16_000_000,
                20_000_000);

        assertThat(GatewayRatios.of(report))
                .extracting(Ratio::name, Ratio::value)
                .containsExactly(
                        tuple("SSE: a processor's tokens over bare messages", 4.0),
                        tuple("SSE: together, median in bare rounds", 2.0),
                        tuple("SSE: together, p99 in bare rounds", 4.0),
                        tuple("SSE: bytes allocated for a token", 96.0),
                        tuple("heap of an idle WebSocket, bytes", 16_000.0));
        assertThat(GatewayRatios.setting(200, 1000)).containsEntry("connections", "200");
    }
}
