package dev.piecewise.adapter;

import java.util.Locale;
import java.util.Optional;

/**
 * Where a pool's keys ({@link PieceStack#gate}) come from, which decides how they score. With S the mean over the scored positions of LayerNorm(x) · LayerNorm(key) /
 * sqrt(in), a piece's score is S for a trained gate and |S| for a key that was computed from the adapter itself: a singular vector has no sign.
 */
public enum Keys {
    /** Trained gates, one for each piece (Per-Pcs A.6). */
    GATES,
    /**
     * The first right singular vector v of B A (Arrow, 2405.11157), times sqrt(in), so that its entries are around 1 and LayerNorm's eps does not count. All zeros where
     * B A is; such a piece scores 0.
     */
    ARROW;

    /** As written in pool.json. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Keys> parse(String text) {
        for (Keys keys : values()) {
            if (keys.wire().equals(text)) {
                return Optional.of(keys);
            }
        }
        return Optional.empty();
    }
}
