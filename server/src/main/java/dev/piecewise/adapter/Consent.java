package dev.piecewise.adapter;

import java.time.Instant;

/**
 * A sharer's permission to publish pieces; the pool's content hash covers it.
 *
 * @param by who gave it: the sharer, or whoever speaks for them
 * @param at when it was given
 * @param ratio which part of the sharer's pieces it is for, above 0 and at most 1
 */
public record Consent(String by, Instant at, double ratio) {
    public Consent {
        if (by.isBlank()) {
            throw new IllegalArgumentException("a consent must say who gave it");
        }
        if (!(ratio > 0) || ratio > 1) {
            throw new IllegalArgumentException("a consent's ratio must be above 0 and at most 1, not " + ratio);
        }
    }
}
