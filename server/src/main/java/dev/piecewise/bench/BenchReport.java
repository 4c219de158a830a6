package dev.piecewise.bench;

import java.util.List;
import java.util.Optional;

/**
 * What was measured. Seconds, bytes, tokens a second.
 *
 * @param bytesPerStep of the base's weights that every step reads
 * @param memory what the process holds and held
 */
public record BenchReport(
        String model,
        String dtype,
        int threads,
        long bytesPerStep,
        Prefill prefill,
        List<Row> rows,
        Optional<Cost> cost,
        Memory memory) {

    /**
     * One number of sequences. Everything is the median of what took turns in this one run.
     *
     * @param productSeconds of the products with the base's matrices alone, with as many rows
     * @param bytesPerSecond of the base's weights
     * @param readBytesPerSecond what PyTorch's fastest reduction reads of memory on as many threads
     * @param engineSeconds between two steps
     * @param adapted the same with adapters, and how much longer its steps were, by medians of rounds that took turns
     */
    public record Row(
            int sequences,
            double stepSeconds,
            double productSeconds,
            double tokensPerSecond,
            double bytesPerSecond,
            double readBytesPerSecond,
            double engineSeconds,
            Optional<Adapted> adapted) {

        /** Of the rate at which memory is read. */
        public double share() {
            return bytesPerSecond / readBytesPerSecond;
        }
    }

    /**
     * One long prompt in one step.
     *
     * @param productTokensPerSecond what the step's products with the base's matrices alone would allow, measured in turns with it; the best
     * @param matrixShare the multiplications and additions with the base's layers a second, of what large square products reach on the device
     */
    public record Prefill(double tokensPerSecond, double productTokensPerSecond, double matrixShare) {}

    public record Adapted(double stepSeconds, double tokensPerSecond, double tax) {}

    /**
     * Of getting a user ready.
     *
     * @param mergeSeconds merging a plan of three pieces on the host
     * @param coldSeconds to the first token of a user whom the engine has not seen, at an idle engine
     * @param warmSeconds the same of a user whom it has seen
     * @param planSecondsPerToken a plan for a history of 50 items that has as many tokens as the long prompt, the five newest held out for the guard
     */
    public record Cost(double mergeSeconds, double coldSeconds, double warmSeconds, double planSecondsPerToken) {}

    /**
     * Memory of the process.
     *
     * @param expectedBytes weights, KV arena, bank and resident pool
     * @param measuringBytes what is read to find memory's speed
     * @param peakBytes what the process held at most, where the system tells
     */
    public record Memory(long expectedBytes, long measuringBytes, Optional<Long> peakBytes) {}
}
