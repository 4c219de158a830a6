package dev.piecewise.engine;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** What is added to single logits before a token is chosen: logit bias, penalties for what the completion has already, and the ban on an early end. */
final class Biases {
    private final float presence;
    private final float frequency;
    private final Set<Integer> endTokens;
    private final Map<Integer, Integer> indices = new HashMap<>();
    private int[] tokens = new int[8];
    private float[] values = new float[8];
    private int[] counts = new int[8];
    private float[] given = new float[8];
    private int size;

    Biases(GenerationRequest request) {
        Sampling sampling = request.sampling();
        presence = (float) sampling.presencePenalty();
        frequency = (float) sampling.frequencyPenalty();
        endTokens = request.endTokens();
        sampling.logitBias().forEach((token, bias) -> {
            int index = index(token);
            given[index] = bias;
            values[index] = bias;
        });
        if (request.minTokens() > 0) {
            endTokens.forEach(this::index);
        }
    }

    /** Forbids the end tokens, or allows them again. */
    void ban(boolean banned) {
        for (int token : endTokens) {
            Integer index = indices.get(token);
            if (index != null) {
                values[index] = banned ? Float.NEGATIVE_INFINITY : value(index);
            }
        }
    }

    /** The completion has this token once more. */
    void count(int token) {
        if (presence != 0 || frequency != 0) {
            int index = index(token);
            counts[index]++;
            values[index] = value(index);
        }
    }

    int[] tokens() {
        return Arrays.copyOf(tokens, size);
    }

    float[] values() {
        return Arrays.copyOf(values, size);
    }

    private float value(int index) {
        return counts[index] == 0 ? given[index] : given[index] - presence - frequency * counts[index];
    }

    private int index(int token) {
        Integer known = indices.get(token);
        if (known != null) {
            return known;
        }
        if (size == tokens.length) {
            tokens = Arrays.copyOf(tokens, 2 * size);
            values = Arrays.copyOf(values, 2 * size);
            counts = Arrays.copyOf(counts, 2 * size);
            given = Arrays.copyOf(given, 2 * size);
        }
        tokens[size] = token;
        indices.put(token, size);
        return size++;
    }
}
