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
 * @param mode what was used: {@code base} or {@code assembled} (later also own, rag)
 * @param pool content hash of the pool, where one took part
 * @param reason in words: why this mode, such as "user has no plan"
 * @param pieces the plan's pieces per site, for {@code explain}; empty for the base
 */
public record Served(
        Adaptation adaptation,
        Mode mode,
        Optional<String> pool,
        String reason,
        int historyItems,
        SortedMap<Site, List<Choice>> pieces) {

    /** The value of the header {@code X-Piecewise-Adapter}. */
    public String header() {
        return mode.wire() + ";" + adaptation.fingerprint();
    }
}
