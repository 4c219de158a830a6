package dev.piecewise.personalization;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.Choice;
import dev.piecewise.checkpoint.Site;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/**
 * What answers a request, and why: the response's {@code piecewise} object.
 *
 * @param mode what was used, never {@code auto}
 * @param pool content hash of the pool, where one took part
 * @param reason in words: why this mode, such as "user has no plan"
 * @param historyItems that the plan was made from; where items stand before the prompt, so many
 * @param pieces the plan's pieces per site, for {@code explain}; empty for the base
 */
public record Served(
        Adaptation adaptation,
        Mode mode,
        Optional<String> pool,
        String reason,
        int historyItems,
        SortedMap<Site, List<Choice>> pieces) {

    /** The same with so many items before the prompt. */
    public Served withItems(int items) {
        return new Served(adaptation, mode, pool, reason, items, pieces);
    }

    /** The same for another reason. */
    Served because(String other) {
        return new Served(adaptation, mode, pool, other, historyItems, pieces);
    }

    /** The value of the header {@code X-Piecewise-Adapter}. */
    public String header() {
        return mode.wire() + ";" + adaptation.fingerprint();
    }
}
