package dev.piecewise.bench.gateway;

import java.util.List;

/**
 * What was measured of the gateway. The client of the measuring runs in the same process; its time counts as the gateway's.
 *
 * @param idleSockets WebSockets that were open at once
 * @param idleHeapBytes what the heap held more with them than without
 * @param heapBytes what it held in all
 */
public record GatewayReport(int connections, List<Row> rows, int idleSockets, long idleHeapBytes, long heapBytes) {

    /**
     * One protocol.
     *
     * @param tokensPerSecond when tokens are there at once
     * @param tokensPerCpuSecond by the time of all threads of the process
     * @param pacedTokensPerSecond at which latencies were measured
     * @param p50Millis from the moment that a token is there until the client has it
     */
    public record Row(
            String protocol,
            double tokensPerSecond,
            double tokensPerCpuSecond,
            double pacedTokensPerSecond,
            double p50Millis,
            double p99Millis) {}
}
