package dev.piecewise.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/**
 * What running streams see of other requests' prompts, and what a chat's second turn costs. Seconds.
 *
 * @param prompt tokens of the long prompts, and of a chat's first turn
 * @param budget tokens of a step at most, as the engine was set
 * @param unbounded the same as {@code beside} without a bound, where there was one
 * @param allocatedBytesPerToken heap that the whole process took for each token of the streams alone
 */
public record StreamReport(
        int streams,
        int prompt,
        int budget,
        Gaps alone,
        Beside beside,
        Optional<Beside> unbounded,
        Turn first,
        Turn second,
        Turn cold,
        double allocatedBytesPerToken,
        GcPauses.Summary pauses) {
    private static final double TENTH = 0.1;

    /** Between two tokens of one stream. */
    public record Gaps(double median, double p99, double longest) {
        static Gaps of(List<Double> seconds) {
            List<Double> sorted = seconds.stream().sorted().toList();
            return new Gaps(at(sorted, 0.5), at(sorted, 0.99), at(sorted, 1));
        }

        private static double at(List<Double> sorted, double share) {
            return sorted.isEmpty()
                    ? Double.NaN
                    : sorted.get((int) Math.min(sorted.size() - 1L, (long) (share * sorted.size())));
        }
    }

    /**
     * Beside long prompts.
     *
     * @param stretch how much longer prompts might make a step, 0 for no bound
     * @param promptTokensPerSecond while a long prompt was read
     * @param tokensPerSecond the streams' included
     */
    public record Beside(double stretch, Gaps gaps, double promptTokensPerSecond, double tokensPerSecond) {}

    /**
     * A turn of a chat, the median of several.
     *
     * @param tokens of its prompt
     * @param cached of these, taken from the turn before
     */
    public record Turn(int tokens, int cached, double firstTokenSeconds) {}

    /** What two runs must have in common beside the engine's. */
    public static Map<String, String> setting(Map<String, String> engine, int streams, int budget, double stretch) {
        SequencedMap<String, String> setting = new LinkedHashMap<>(engine);
        setting.put("measured", "streams");
        setting.put("streams", String.valueOf(streams));
        setting.put("budget", String.valueOf(budget));
        setting.put("stretch", String.valueOf(stretch));
        return setting;
    }

    public List<Ratio> ratios() {
        List<Ratio> ratios = new ArrayList<>();
        Gaps gaps = beside.gaps();
        ratios.add(Ratio.less("beside prompts: p99 over the median between tokens", gaps.p99() / gaps.median(), 1));
        ratios.add(Ratio.less("beside prompts: p99 over the median alone", gaps.p99() / alone.median(), 1));
        unbounded.ifPresent(without -> ratios.add(Ratio.more(
                "beside prompts: tokens/s over those without a bound",
                beside.tokensPerSecond() / without.tokensPerSecond())));
        ratios.add(Ratio.less(
                "second turn: first token over one without reuse",
                second.firstTokenSeconds() / cold.firstTokenSeconds(),
                TENTH));
        ratios.add(Ratio.less(
                "second turn: part of its prompt computed",
                (double) (second.tokens() - second.cached()) / second.tokens(),
                0));
        return ratios;
    }
}
