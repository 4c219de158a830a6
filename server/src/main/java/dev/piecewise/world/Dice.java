package dev.piecewise.world;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Seeded chance. What one purpose draws does not depend on how much another drew. */
final class Dice {
    private final Random random;

    private Dice(long seed) {
        this.random = new Random(seed);
    }

    /** The dice of a purpose, such as {@code of(seed, "user", 12)}. */
    static Dice of(long seed, Object... purpose) {
        return new Dice(hash(seed, purpose));
    }

    /** 64 well mixed bits of a seed and what is named. */
    static long hash(long seed, Object... named) {
        long hash = mix(seed);
        for (Object part : named) {
            String text = part.toString();
            for (int i = 0; i < text.length(); i++) {
                hash = mix(hash ^ text.charAt(i));
            }
            hash = mix(hash ^ text.length());
        }
        return hash;
    }

    /** SplitMix64's step. */
    private static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** From 0 to {@code bound - 1}. */
    int below(int bound) {
        return random.nextInt(bound);
    }

    /** From {@code least} to {@code most}. */
    int between(int least, int most) {
        return least + random.nextInt(most - least + 1);
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    <T> T pick(T[] choices) {
        return choices[random.nextInt(choices.length)];
    }

    /** So many different ones. */
    <T> List<T> some(List<T> choices, int count) {
        return List.copyOf(shuffled(choices).subList(0, count));
    }

    <T> List<T> shuffled(List<T> choices) {
        List<T> copy = new ArrayList<>(choices);
        Collections.shuffle(copy, random);
        return copy;
    }
}
