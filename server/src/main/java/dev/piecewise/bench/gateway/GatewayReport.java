package dev.piecewise.bench.gateway;

import dev.piecewise.bench.GcPauses;
import java.util.List;

/**
 * What was measured of the gateway. The client of the measuring runs in the same process, on the same processors; its time counts as the gateway's.
 *
 * @param bareMessagesPerCpuSecond written to a socket and read again with nothing but the system's calls, in a second of a processor
 * @param machine what the same client sees of a server that only writes
 * @param pauses of the garbage collector while tokens came
 * @param idleSockets WebSockets that were open at once
 * @param idleHeapBytes what the heap held more with them than without
 * @param heapBytes what it held in all
 */
public record GatewayReport(
        int connections,
        double bareMessagesPerCpuSecond,
        List<Row> rows,
        Machine machine,
        GcPauses.Summary pauses,
        int idleSockets,
        long idleHeapBytes,
        long heapBytes) {

    /**
     * One protocol.
     *
     * @param tokensPerSecond when tokens are there at once
     * @param tokensPerCpuSecond by the time of all threads of the process
     * @param allocatedBytesPerToken by all threads of the process
     * @param pacedTokensPerSecond at which latencies were measured
     * @param together when all connections' tokens come at once, as an engine's step gives them
     * @param spread when they come in ten parts, evenly over the time of a step
     */
    public record Row(
            String protocol,
            double tokensPerSecond,
            double tokensPerCpuSecond,
            double allocatedBytesPerToken,
            double pacedTokensPerSecond,
            Latency together,
            Latency spread) {}

    /**
     * Milliseconds from the moment that a token is there.
     *
     * @param p50 until the client has it
     * @param written99 until the gateway has handed it to the connection, by its own histogram
     */
    public record Latency(double p50, double p99, double written99) {}

    /** As in a row; nothing is known of when it was written. */
    public record Machine(Latency together, Latency spread) {}
}
