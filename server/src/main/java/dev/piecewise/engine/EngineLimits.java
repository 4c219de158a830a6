package dev.piecewise.engine;

/**
 * How much an engine takes on at once.
 *
 * @param maxSequences sequences that run side by side
 * @param maxBatchedTokens tokens of one step, prefill and decode together
 * @param maxWaiting sequences accepted beyond those that can run
 * @param slots adapters in the bank at once; 0 for none
 * @param prefixCache whether keys and values of equal prefixes are used again
 * @param growth KV places that a sequence gets beyond its tokens at a time
 * @param itlStretch how many times as long a step may take about because it reads prompts, while others decode; 0 for no bound
 */
public record EngineLimits(
        int maxSequences,
        int maxBatchedTokens,
        int maxWaiting,
        int slots,
        boolean prefixCache,
        int growth,
        double itlStretch) {
    private static final int GROWTH = 256;

    public EngineLimits {
        atLeast("max-sequences", maxSequences, 1);
        // Every running sequence gets its token in every step, so no sequence can be left out for ever.
        atLeast("max-batched-tokens", maxBatchedTokens, maxSequences);
        atLeast("max-waiting", maxWaiting, 0);
        atLeast("slots", slots, 0);
        atLeast("growth", growth, 1);
        if (itlStretch != 0 && !(itlStretch > 1 && itlStretch < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("max-itl-stretch is %s and must be 0 or above 1".formatted(itlStretch));
        }
    }

    public EngineLimits(
            int maxSequences, int maxBatchedTokens, int maxWaiting, int slots, boolean prefixCache, int growth) {
        this(maxSequences, maxBatchedTokens, maxWaiting, slots, prefixCache, growth, 0);
    }

    public EngineLimits(int maxSequences, int maxBatchedTokens, int maxWaiting, int slots, boolean prefixCache) {
        this(maxSequences, maxBatchedTokens, maxWaiting, slots, prefixCache, GROWTH);
    }

    /** The same with a bound on how much longer prompts make steps. */
    public EngineLimits withItlStretch(double stretch) {
        return new EngineLimits(maxSequences, maxBatchedTokens, maxWaiting, slots, prefixCache, growth, stretch);
    }

    private static void atLeast(String what, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException("%s is %d and must be at least %d".formatted(what, value, least));
        }
    }
}
