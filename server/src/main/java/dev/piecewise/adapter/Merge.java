package dev.piecewise.adapter;

import java.util.Locale;
import java.util.Optional;

/** How the chosen pieces of a site become one update: the exact sum of products, or the product of the summed factors (the authors' code). */
public enum Merge {
    PRODUCT,
    FACTOR;

    /** As written in plans, configuration and requests. */
    public String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What {@link #wire} writes. */
    public static Optional<Merge> parse(String text) {
        for (Merge merge : values()) {
            if (merge.wire().equals(text)) {
                return Optional.of(merge);
            }
        }
        return Optional.empty();
    }
}
