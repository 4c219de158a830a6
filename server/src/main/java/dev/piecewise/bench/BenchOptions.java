package dev.piecewise.bench;

import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.model.BaseModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;

/**
 * What is measured.
 *
 * @param sequences how many at once, one row of the report each
 * @param adapters what the sequences run with, beside the same steps without
 * @param rank of each adapter or piece
 * @param sharers of the resident pool
 * @param tokens completion tokens of each sequence in a round
 * @param rounds how often base and adapted steps take turns
 * @param prompt tokens of the prefill that is timed
 * @param context tokens that each sequence has read when it begins to decode
 */
public record BenchOptions(
        List<Integer> sequences,
        Adapters adapters,
        int rank,
        int sharers,
        int tokens,
        int rounds,
        int prompt,
        int context) {

    /** What the sequences of an adapted round run with. */
    public enum Adapters {
        /** The base only. */
        NONE,
        /** Each sequence its own adapter, on all seven projections. */
        DISTINCT,
        /** All sequences one adapter, on all seven projections. */
        SAME,
        /** Each sequence its own plan over a resident pool of q, k, v and o pieces. */
        POOL
    }

    /** What two runs must have in common for their ratios to be comparable. */
    public Map<String, String> setting(BaseModel base, int threads) {
        SequencedMap<String, String> setting = new LinkedHashMap<>();
        setting.put("measured", "engine");
        setting.put("model", shape(base.config()));
        setting.put("dtype", base.dtype());
        setting.put("device", base.device());
        setting.put("threads", String.valueOf(threads));
        setting.put("adapters", adapters.name().toLowerCase(Locale.ROOT));
        if (adapters != Adapters.NONE) {
            setting.put("rank", String.valueOf(rank));
        }
        if (adapters == Adapters.POOL) {
            setting.put("sharers", String.valueOf(sharers));
        }
        setting.put("prompt", String.valueOf(prompt));
        setting.put("context", String.valueOf(context));
        return setting;
    }

    private static String shape(ModelConfig model) {
        return "%s %d/%d, %d layers, %d/%d heads of %d, vocabulary %d"
                .formatted(
                        model.architecture(),
                        model.hidden(),
                        model.intermediate(),
                        model.layers(),
                        model.heads(),
                        model.kvHeads(),
                        model.headDim(),
                        model.vocabulary());
    }

    int most() {
        return sequences.stream().mapToInt(Integer::intValue).max().orElse(1);
    }
}
