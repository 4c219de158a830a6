package dev.piecewise.adapter;

import dev.piecewise.checkpoint.Site;
import java.util.SortedMap;

/** What a sequence runs with on top of the base model. The fingerprint is of content, never of a name: equal fingerprints mean equal keys and values. */
public sealed interface Adaptation {
    String fingerprint();

    /** Nothing: the base model itself. */
    record Base(String fingerprint) implements Adaptation {}

    /** Columns of the resident pool with gains; takes no slot. Per site, one gain for each sharer in the pool's order (0 = not chosen). */
    record Resident(String fingerprint, SortedMap<Site, float[]> gains) implements Adaptation {}

    /**
     * An adapter of its own; takes columns of the device's adapter bank while a sequence runs with it.
     *
     * @param pool content hash of the pool's version that it was merged from, "" for none
     */
    record Merged(BankImage adapter, String pool) implements Adaptation {
        /** An adapter that was made of no pool's pieces. */
        public Merged(BankImage adapter) {
            this(adapter, "");
        }

        @Override
        public String fingerprint() {
            return adapter.fingerprint();
        }
    }
}
